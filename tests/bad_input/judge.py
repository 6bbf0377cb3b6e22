# SPDX-License-Identifier: GPL-3.0-or-later
"""One entry of inputs.yml on one PBX: break the PBX, run the role, judge what it said and what it wrote, mend the PBX."""
import re
import time
import traceback
from pathlib import Path

import walk
import yaml

LIST = Path(__file__).with_name("inputs.yml")
CUSTOM = "/etc/asterisk/extensions_custom.conf"
PASSWORD = "Qf-test-8Xk2!pw"
GOOD = {"queue": "600", "routes": {"TIMEOUT": {"queue": "01600"}}}
# For the shell lines of the list: the file, two ways of loading it, and a file's owner as FreePBX sets it.
SHELL = (f"C={CUSTOM}; S=/var/lib/queue-failover; T=$S/taken.json\n"
         "load() { asterisk -rx 'dialplan reload' > /dev/null; }\n"
         "own() { chown -h asterisk:asterisk \"$@\"; }\n"
         "conf() { cat > /etc/asterisk/qf-freepbx.conf; own /etc/asterisk/qf-freepbx.conf; }\nset -e\n")
NO_SENTENCE = ("Traceback", "MODULE FAILURE", "MODULE HANGS", "object at 0x", "<class ", "NoneType", "has no attribute")
OUR_ROWS = ("table kvstore_FreePBX_modules_Customappsreg", "table queues_config", "table queues_details", "table admin", "table kvstore")
UNDONE = "The PBX is as it was found"
FLAGGED = 'FreePBX goes on showing "Apply Config" until fwconsole works again'  # taken back, but for the flag, which only fwconsole takes away
BLOCK = re.compile(rb"^; BEGIN queue_failover ([A-Za-z0-9_-]+)( \(the line above had no line end\))?[ \t\r]*\n"
                   rb".*?^; END queue_failover \1[ \t\r]*\n?", re.M | re.S)
REPEATED, TEXTS = re.compile(r"<(\w)\*(\d+)>"), ("vars", "queue", "to", "sql", "sh", "undo", "again")  # <x*3000>: so many of them
KEYS = {"name", "group", "vars", "queue", "to", "sql", "sh", "undo", "on", "base", "says", "accepted", "warns", "kept", "again", "open", "short",
        "via", "got", "back", "undone", "anew", "theirs"}


def entries():
    """The list; every entry with a name of its own."""
    found = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    for entry in found:
        assert not set(entry) - KEYS and ("says" in entry) != ("accepted" in entry), entry
    assert len({entry["name"] for entry in found}) == len(found)
    for entry in found:
        entry.update({key: REPEATED.sub(lambda match: match.group(1) * int(match.group(2)), entry[key]) for key in TEXTS if key in entry})
    return found


def variables(entry):
    """The variables of an entry as Ansible reads them from YAML."""
    queue = dict(GOOD)
    if "to" in entry:
        queue["routes"] = {"TIMEOUT": walk.from_text(entry["to"])}
    if "queue" in entry:
        queue.update(walk.from_text(entry["queue"]))
    return dict({"queue_failover_queues": [queue], "queue_failover_proof_s": 10}, **(walk.from_text(entry["vars"]) if "vars" in entry else {}))


def sentences(text):
    """What failed, as sentences without the host's name before them, one a line."""
    lines = [re.sub(r"^bad(16|22)(, nothing was written)?(, the step .* failed)?:", "", line).strip() for line in (text or "").split("\n")]
    return [line for line in lines if line and not line.startswith(UNDONE)]


def says(wanted, text):
    """Whether the text says what is wanted; … stands for any words between."""
    parts = [re.escape(re.sub(r"\s+", " ", part.strip())) for part in wanted.split("…")]
    return re.search(".*?".join(parts), re.sub(r"\s+", " ", text)) is not None


def written(before, after):
    return sorted(name for name in set(before) | set(after) if before.get(name) != after.get(name))


def compared(snapshot):
    """What must be as before once a step was taken back: all but times, the flag need_reload, and the records in our own folder.

    The store is compared by its rows, since an id that was given once is not given again; a reload may order contexts anew.
    """
    return {name: value.split()[0] for name, value in snapshot.items()
            if not re.search(r"/var/lib/queue-failover|standin\.log|^table (admin|kvstore_\w+)$|^loaded dialplan$", name)}


class Case:
    """An entry on a PBX that is as `base` says."""

    def __init__(self, pbx, entry, base):
        self.pbx, self.entry, self.base, self.problems, self.got = pbx, entry, base, [], []

    def judged(self):
        """{problems, got}; the PBX is as before."""
        broken = "sql" in self.entry or "sh" in self.entry
        changed, began = [], time.monotonic()
        try:
            if "sql" in self.entry:
                self.pbx.done("sql", self.entry["sql"])
            if "sh" in self.entry:
                self.pbx.done("shell", SHELL + self.entry["sh"])
            before = self.pbx.ask("snapshot") if broken else self.base
            changed = self._accepted(before) if "accepted" in self.entry else self._refused(before)
        except Exception:
            self.problems.append("the test itself failed: " + traceback.format_exc())
            broken = True
        finally:
            if "undo" in self.entry:
                self.pbx.done("shell", SHELL + self.entry["undo"])
            if broken or changed:
                left = self.pbx.ask("mend", self.entry.get("base", "clean"))
                if left:
                    self.problems.append(f"the test could not mend the PBX: {left}")
        return {"problems": self.problems, "got": self.got, "seconds": time.monotonic() - began}

    def _run(self, check=False, **more):
        try:
            wish = dict(variables(self.entry), **more)
        except Exception as problem:  # YAML that Ansible itself cannot read
            run = walk.Run(self.pbx, {}, check)
            run.failed = str(problem)
            return run
        return walk.Run(self.pbx, wish, check).role()

    def _shown(self, run):
        text = "\n".join([*run.raw, *run.said, run.failed or ""])
        if PASSWORD in text or PASSWORD.replace("!", "\\u0021") in text:
            self.problems.append("the password is shown")
        if "Traceback" in text:
            self.problems.append("a traceback: " + " | ".join(text[text.index("Traceback"):].strip().splitlines()[-2:]))

    def _refused(self, before):
        destinations = self._destinations()
        for check in (True, False) if self.entry.get("short") else (False,):
            run = self._run(check)
            self._shown(run)
            after = self.pbx.ask("snapshot")
            if run.failed is None and not check:
                self.problems.append("it was accepted")
            if "undone" in self.entry:
                before, after = dict(compared(before), destinations=destinations), dict(compared(after), destinations=self._destinations())
                wanted = UNDONE if self.entry["undone"] is True else FLAGGED
                if wanted not in (run.failed or "") and not check:
                    self.problems.append(f"it does not say: {wanted}")
            if before != after and not ("kept" in self.entry and not check):
                self.problems.append(f"{'in check mode ' if check else ''}it wrote {', '.join(written(before, after))}")
                break
        self._sentence(run)
        if "again" in self.entry:
            self._mended()
        return written(self.base, after)

    def _destinations(self):
        """The rows of the store without its counter, for an entry that is taken back."""
        store = OUR_ROWS[0].split()[1]
        return "".join(row for row in self.pbx.ask("rows", store) if "currentid" not in row) if "undone" in self.entry else ""

    def _sentence(self, run):
        """What was said: one sentence for each mistake, with where and what to do."""
        self.got = sentences(run.failed)
        text = " ".join(self.got)
        if run.failed is not None and not says(self.entry["says"], text):
            self.problems.append(f"it does not say {self.entry['says']!r} but: {text}")
        self.problems += [f"no sentence: {word}" for word in NO_SENTENCE if word in text]
        if "theirs" not in self.entry:  # a sentence of Ansible's own, before any line of ours
            self.problems += [f"no remedy in: {line}" for line in self.got
                              if "; " not in line and ", so " not in line or line.endswith("nothing of this step was kept")]
        if "not as it was found yet" in text and "kept" not in self.entry:
            self.problems.append("it says that the PBX is not as it was found, but it is")
        self.problems += ["a sentence too long to read"] if any(len(line) > 900 for line in self.got) else []
        if re.search("[\x00-\x08\x0b-\x1f\x7f]", text):
            self.problems.append("control characters in the sentence")

    def _mended(self):
        """What was kept is brought in force by the next run, once the cause is gone."""
        self.pbx.done("shell", SHELL + self.entry["again"])
        for expected in (True, False):
            run = self._run()
            if run.failed is not None or run.changed is not expected:
                self.problems.append(f"after mending the cause: failed {run.failed}, changed {run.changed}, not {expected}")

    def _accepted(self, before):
        rows = {name: self.pbx.ask("rows", name.split()[1]) for name in before if name in OUR_ROWS}
        data = self.pbx.bytes(CUSTOM)
        run = self._run()
        self._shown(run)
        after = self.pbx.ask("snapshot")
        self.got = [re.sub(r"\s+", " ", line) for text in run.said for line in text.split("\n")[1:]]
        if run.failed is not None:
            self.problems.append("it was refused: " + " ".join(sentences(run.failed)))
            return written(self.base, after)
        self._foreign(before, after, rows, data)
        if "warns" in self.entry and not says(self.entry["warns"], " ".join(self.got)):
            self.problems.append(f"it does not warn {self.entry['warns']!r} but: {' '.join(self.got)}")
        again = self._run()
        if again.failed is not None or again.changed or self.pbx.ask("snapshot") != after:
            self.problems.append(f"the second run: failed {again.failed}, changed {again.changed}, wrote {written(after, self.pbx.ask('snapshot'))}")
        if "back" in self.entry:
            gone = self._run(queue_failover_state="absent")
            if gone.failed is not None or self.pbx.bytes(CUSTOM) != data:
                self.problems.append(f"removal did not give the file back byte for byte: {gone.failed}")
            for name, known in rows.items():
                if name in self.entry.get("anew", []) and {row for row in set(known) ^ set(self.pbx.ask("rows", name.split()[1]))
                                                           if "'currentid'" not in row}:
                    self.problems.append(f"removal did not give the rows of {name} back")
        return written(self.base, after)

    def _foreign(self, before, after, rows, data):
        """Only our block, our Custom Destination and the listed queue may differ."""
        mine = {"file " + CUSTOM, "loaded dialplan", "file /etc/asterisk/extensions_additional.conf", "file /etc/asterisk/queues_additional.conf",
                "file /var/log/asterisk/fwconsole-standin.log"}
        folder = variables(self.entry).get("queue_failover_state_dir") or "/var/lib/queue-failover"
        strange = [name for name in written(before, after) if name not in mine and name not in OUR_ROWS and folder not in name
                   and name not in self.entry.get("anew", [])]
        if strange:
            self.problems.append(f"it wrote {', '.join(strange)}")
        for name, known in rows.items():
            now = self.pbx.ask("rows", name.split()[1])
            differ = [row for row in set(known) ^ set(now) if not re.search(r"queue-failover|by the Ansible role|'currentid'|need_reload|'600'", row)]
            if differ and name not in self.entry.get("anew", []):
                self.problems.append(f"foreign rows of {name} differ: {differ[:2]}")
        left = outside(self.pbx.bytes(CUSTOM))
        if left not in (outside(data), outside(data) + b"\n") and "anew" not in self.entry:
            self.problems.append("bytes outside our block differ")


def outside(data):
    """The file without our blocks and the line end put before one."""
    return BLOCK.sub(b"", data)

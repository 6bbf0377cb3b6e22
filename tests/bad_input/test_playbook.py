# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of the list goes through ansible-playbook itself: the same sentences, changed=0, no traceback and no password at -vvv."""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import judge
import pytest
import test_inputs
import walk

pytestmark = pytest.mark.short
GOOD = 'queue_failover_queues: [{queue: "600", routes: {TIMEOUT: {queue: "01600"}}}]\n'
CACHE = Path(walk.environment().get("XDG_CACHE_HOME") or Path.home() / ".cache") / "queue-failover"
# What only Ansible itself can judge: the host's variables, and what must be said.
OWN = {
    "become of another word": ("queue_failover_become: maybe", "become…maybe…bool"),
    "become_user nobody knows": ("queue_failover_become_user: no-such-user", "no-such-user"),
    "become not at all": ("queue_failover_become: no", "become"),
    "an interpreter that is none": ("ansible_python_interpreter: /bin/none", "no Python…ansible_python_interpreter"),
}
# Those that are not as they should be yet, with the reason.
OPEN = {
    "become_user nobody knows": "what sudo says is lost: Module result deserialization failed: No start of json char found",
}


def indented(text, blanks):
    return "".join(" " * blanks + line + "\n" for line in text.splitlines())


def as_yaml(entry):
    """The entry as the file host_vars of an administrator."""
    if "vars" in entry:
        return ("" if "queue_failover_queues" in entry["vars"] else GOOD) + entry["vars"]
    text = entry.get("queue", "")
    if "to" in entry:
        text = "routes:\n  TIMEOUT:\n" + indented(entry["to"], 4)
    text += "" if re.search("^queue:", text, re.M) else '\nqueue: "600"'
    text += "" if re.search("^routes:", text, re.M) else '\nroutes: {TIMEOUT: {queue: "01600"}}'
    return "queue_failover_queues:\n  -\n" + indented(text, 4)


FIT = [entry for entry in judge.entries() if entry.get("short") and "says" in entry and {"vars", "queue", "to"} & set(entry)
       and not {"sql", "sh", "base"} & set(entry)]
SAMPLE = {entry["name"]: entry for entry in FIT[::3]}  # a host costs two seconds, all of them a minute


@pytest.fixture(scope="module")
def played(results, pbxs):
    """{name: what failed} of one run of site.yml, its output, and whether anything was written; after the rest of the list."""
    before = {generation: pbx.ask("snapshot") for generation, pbx in pbxs.items()}
    texts = dict({name: as_yaml(entry) for name, entry in SAMPLE.items()}, **{name: GOOD + text for name, (text, _says) in OWN.items()})
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "host_vars").mkdir()
        hosts = {}
        for number, (name, text) in enumerate(texts.items()):
            host = f"host{number}"
            hosts[host] = {"pbx": pbxs[test_inputs.WHERE[name][0] if name in SAMPLE else "22"].name, "of_the_list": name}
            Path(folder, "host_vars", host + ".yml").write_text("---\n" + text, encoding="utf-8")
        known = {"ansible_user": "admin", "ansible_host": "{{ pbx }}", "ansible_ssh_private_key_file": str(CACHE / "ssh/id_ed25519"),
                 "ansible_ssh_common_args": "-o ProxyCommand='podman exec -i {{ pbx }} /usr/sbin/sshd -i' -o StrictHostKeyChecking=no "
                                            "-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"}
        Path(folder, "hosts.json").write_text(json.dumps({"all": {"vars": known, "hosts": hosts}}))
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", folder + "/hosts.json", "-vvv", "--forks", "8",
                   "-e", json.dumps({"queue_failover_waves": ["100%"]}), "site.yml"]
        done = subprocess.run(command,
                              cwd=walk.ROOT, env=dict(walk.environment(), ANSIBLE_NOCOLOR="1", ANSIBLE_CALLBACK_RESULT_FORMAT="json",
                                                      ANSIBLE_CONFIG=str(walk.ROOT / "ansible.cfg")),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="surrogateescape", check=False)
    after = {generation: pbx.ask("snapshot") for generation, pbx in pbxs.items()}
    return {"said": by_name(done.stdout, hosts), "output": done.stdout, "wrote": [judge.written(before[pbx], after[pbx]) for pbx in before]}


def by_name(output, hosts):
    """{name: the sentences of every task that failed its host; the last play says the one that counts}."""
    found = {}
    for match in re.finditer(r"^fatal: \[(\w+)\]: (?:FAILED|UNREACHABLE)! => ", output, re.M):
        result, _end = json.JSONDecoder().raw_decode(output, match.end())
        found.setdefault(hosts[match.group(1)]["of_the_list"], []).append(result["msg"])
    return found


@pytest.mark.parametrize("name", list(SAMPLE))
def test_ansible_playbook_says_the_same(played, results, name):
    entry = SAMPLE[name]
    found = results[test_inputs.WHERE[name][0]][name]
    said = [re.sub(r"^host\d+(, nothing was written)?:", "", line).strip() for line in played["said"].get(name, [""])[-1].split("\n")]
    assert [line for line in said if line] == found["got"], entry


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.xfail(strict=True, reason=OPEN[name])] if name in OPEN else [])
                                  for name in OWN])
def test_what_only_ansible_can_judge(played, name):
    assert judge.says(OWN[name][1], " ".join(played["said"].get(name, []))), played["said"].get(name, played["output"][-3000:])


def test_nothing_was_written_and_nothing_secret_shown(played):
    assert played["wrote"] == [[], []]
    assert judge.PASSWORD not in played["output"]
    assert "Traceback" not in played["output"]

# SPDX-License-Identifier: GPL-3.0-or-later
"""Item 5 of "What must be shown" (issue 2): bad input is one clear sentence, nothing is written, no traceback, never the password."""
import re

import lab
import pytest

GOOD = {"queue": "600", "routes": {"TIMEOUT": {"queue": "01600"}}}


def queues(**changes):
    return {"queue_failover_queues": [dict(GOOD, **changes)]}


def destination(wish):
    return queues(routes={"TIMEOUT": wish})


WHERE = "queue_failover_queues[0] (queue 600)"
TIMEOUT = WHERE + ".routes.TIMEOUT: "
# name: (variables, what the sentence must name: variable and queue, what was found, the remedy)
WISHES = {
    "unknown queue": (queues(queue="999"), ["queue_failover_queues[0]", "999"]),
    "01600 unquoted": (queues(queue=0o1600), ["queue_failover_queues[0]", "896", '"01600"', "octal", "quote"]),
    "unknown destination queue": (destination({"queue": "777"}), [TIMEOUT, "777"]),
    "unknown status": (queues(routes={"BUSY": {"terminate": "hangup"}}), [WHERE + ".routes.BUSY: ", "LEAVEEMPTY"]),
    "unknown kind": (destination({"fax": "1"}), [TIMEOUT, "fax", "ring_group"]),
    "unknown greeting": (destination({"voicemail": "200", "greeting": "loud"}), [TIMEOUT, "loud", "instructions"]),
    "unknown termination": (destination({"terminate": "explode"}), [TIMEOUT, "explode", "congestion"]),
    "unknown word": (queues(join_empty="maybe"), [WHERE + ".join_empty", "maybe", "ultra_strict"]),
    "max wait zero": (queues(max_wait=0), [WHERE + ".max_wait", "unlimited"]),
    "max wait longer than its column": (queues(max_wait=123456789), [WHERE + ".max_wait", "123456789"]),
    "raw destination without priority": (destination({"custom": "check-callstate,s-BUSY"}), [TIMEOUT, "check-callstate,s-BUSY", "context,extension,priority"]),
    "raw destination with a variable": (destination({"custom": "ctx,${EXTEN},1"}), [TIMEOUT, "context,extension,priority"]),
    "raw destination that is not loaded": (destination({"custom": "nowhere,s,1"}), [TIMEOUT, "nowhere,s,1"]),
    "context longer than the column": ({"queue_failover_context": "x" * 47}, ["queue_failover_context", "46"]),
    "context with a blank": ({"queue_failover_context": "queue failover"}, ["queue_failover_context", "queue failover"]),
    "context of somebody else": ({"queue_failover_context": "someone-else"},
                                 ["queue_failover_context", "[someone-else]", "/etc/asterisk/extensions_custom.conf line 3"]),
    "default that is no mapping": ({"queue_failover_default": "hangup"}, ["queue_failover_default"]),
    "default of the queue unknown": (queues(default={"ring_group": "999"}), [WHERE + ".default", "999"]),
    "queues that are no list": ({"queue_failover_queues": {"600": {}}}, ["queue_failover_queues"]),
    "state that is none": ({"queue_failover_state": "gone"}, ["state", "gone", "absent"]),
    "freepbx.conf missing": ({"queue_failover_freepbx_conf": "/etc/none.conf"}, ["/etc/none.conf", "queue_failover_freepbx_conf"]),
    "freepbx.conf unreadable": ({"queue_failover_become_user": "asterisk", "queue_failover_freepbx_conf": "/etc/freepbx-root.conf"},
                                ["/etc/freepbx-root.conf", "by the user asterisk", "Permission denied", "chown asterisk:asterisk"]),
    "no rights at all": ({"queue_failover_become": False}, ["become"]),
    "wrong password": ({"queue_failover_freepbx_conf": "/etc/freepbx-wrong.conf"}, ["/etc/freepbx-wrong.conf", "asterisk"]),
}
# One run each: their strings would go into FreePBX's tables, so a check that is missing shows as something written.
ALONE = {
    "description longer than the column": ({"queue_failover_custom_destination": "x" * 5000}, ["queue_failover_custom_destination"]),
    "blank description": ({"queue_failover_custom_destination": " "}, ["queue_failover_custom_destination"]),
    "description with a semicolon": ({"queue_failover_custom_destination": "Queue; failover"}, ["queue_failover_custom_destination"]),
    "former destination longer than the column": ({"queue_failover_former_destinations": {"600": "c" * 49 + ",s,1"}},
                                                  ["queue_failover_former_destinations", "600"]),
    "former destination that is no destination": ({"queue_failover_former_destinations": {"600": "voicemail"}}, ["queue_failover_former_destinations", "600"]),
    "former destination that is our context": ({"queue_failover_former_destinations": {"600": "queue-failover,s,1"}},
                                               ["queue_failover_former_destinations", "600"]),
    "damaged block": ({}, ["extensions_custom.conf", "END"]),
}
WRONG = """sed 's/Qf-test-8Xk2!pw/Qf-test-8Xk2!pw-wrong/' /etc/freepbx.conf > /etc/freepbx-wrong.conf
install -m 600 -o root -g root /etc/freepbx.conf /etc/freepbx-root.conf"""
DAMAGE = "echo '; BEGIN queue_failover queue-failover' >> /etc/asterisk/extensions_custom.conf"


def secrets(output):
    """What must never be shown."""
    return [word for word in (lab.PASSWORD, "Traceback", "The full traceback") if word in output]


def judge(output, host, told):
    """One host's requirements: it failed, changed nothing, and one sentence says all that is told."""
    recap = re.search(rf"^{host}\s*: ok=\d+\s+changed=(\d+)\s+unreachable=0\s+failed=(\d) ", output, re.M)
    assert recap and recap.groups() == ("0", "1"), f"{recap and recap.group(0)}\n{output[-1500:]}"
    said = re.split(r"^(?:TASK|PLAY|fatal:|\[ERROR\]|skipping:|ok:)", output[output.index(f"fatal: [{host}]") + 7:], maxsplit=1, flags=re.M)[0]
    missing = [word for word in told if word not in re.sub(r"\s+", " ", said.replace('\\"', '"'))]
    assert not missing, f"{missing} not said in: {said}"


@pytest.fixture(scope="module")
def clean(fresh):
    """The PBXs as they are before each of these tests; none of them may change that."""
    return fresh


@pytest.fixture(scope="module")
def refused(clean):
    """All bad wishes in one run, each under names of its own, and everything that was on the PBXs before and after."""
    lab.everywhere(WRONG)
    cases = list(WISHES.values())
    hosts = {f"{pbx}-{number}": (pbx, dict({"queue_failover_queues": [GOOD]}, **cases[number][0])) for pbx in lab.PBX for number in range(len(cases))}
    before = lab.snapshots()
    output, code = lab.sites(hosts)
    return {"output": output, "code": code, "written": before != lab.snapshots()}


@pytest.mark.parametrize("pbx", list(lab.PBX))
@pytest.mark.parametrize("name", list(WISHES))
def test_a_bad_wish_is_refused_in_one_sentence_that_names_variable_queue_and_remedy(refused, pbx, name):
    judge(refused["output"], f"{pbx}-{list(WISHES).index(name)}", WISHES[name][1])


def test_bad_wishes_write_nothing(refused):
    assert refused["code"] != 0 and not refused["written"]


def test_bad_wishes_show_no_traceback_and_no_password_even_at_vvv(refused):
    assert secrets(refused["output"]) == []


@pytest.mark.parametrize("name", list(ALONE))
def test_a_string_that_would_harm_freepbx_is_refused_and_nothing_is_written(clean, name):
    variables, told = ALONE[name]
    if name == "damaged block":
        lab.everywhere(DAMAGE)
    before = lab.snapshots()
    output, _code = lab.site(dict({"queue_failover_queues": [GOOD]}, **variables))
    after = lab.snapshots()
    if before != after or name == "damaged block":
        lab.reset()
    for pbx in lab.PBX:
        judge(output, pbx, told)
    assert before == after and secrets(output) == []


@pytest.mark.parametrize("options", [["--check", "--diff"], []])
def test_every_mistake_is_said_in_one_run_in_check_mode_too(clean, options):
    before = lab.snapshots()
    output, _code = lab.site({"queue_failover_default": {"terminate": "x1"}, "queue_failover_queues": [
        {"queue": "998"}, {"queue": "600", "max_wait": "x2", "routes": {"X3": {"queue": "600"}, "FULL": {"queue": "997"}}}]}, *options)
    assert before == lab.snapshots() and secrets(output) == []
    for pbx in lab.PBX:
        judge(output, pbx, ["x1", "998", "x2", "X3", "997"])


@pytest.mark.parametrize("options", [[], ["--check", "--diff"]])
def test_a_good_run_shows_no_password_either(clean, options):
    output, code = lab.site({"queue_failover_queues": [GOOD]}, *options)
    lab.reset()
    assert code == 0, output[-2000:]
    assert secrets(output) == []


@pytest.mark.parametrize("options", [[], ["--check"]])
def test_with_the_database_down_the_sentence_names_it_and_nothing_is_written(clean, options):
    before = lab.snapshots()
    lab.everywhere("mariadb-admin shutdown && while pgrep -x mariadbd > /dev/null; do sleep 0.05; done")
    files = lab.everywhere("find /etc/asterisk -type f | sort | xargs sha256sum; ls -A /var/lib/queue-failover 2>&1 || true")
    output, code = lab.site({"queue_failover_queues": [GOOD]}, *options)
    unchanged = lab.everywhere("find /etc/asterisk -type f | sort | xargs sha256sum; ls -A /var/lib/queue-failover 2>&1 || true")
    lab.everywhere("rm -f /run/mysqld/*; setsid /usr/sbin/mariadbd --user=mysql > /dev/null 2>&1 < /dev/null & "
                   "while ! mariadb-admin ping > /dev/null 2>&1; do sleep 0.05; done")
    after = lab.snapshots()
    assert files == unchanged
    assert code != 0 and before == after and secrets(output) == []
    for pbx in lab.PBX:
        judge(output, pbx, ["database", "MariaDB", "/etc/freepbx.conf"])


@pytest.mark.parametrize("options", [[], ["--check"]])
def test_with_asterisk_down_the_sentence_names_the_remedy_and_a_standby_is_skipped(clean, options):
    before = lab.snapshots()
    lab.everywhere("pbx-stop-asterisk")
    output, code = lab.site({"queue_failover_queues": [GOOD]}, *options)
    standby, standby_code = lab.site({"queue_failover_queues": [GOOD], "queue_failover_standby": True}, *options)
    lab.everywhere("pbx-start-asterisk")
    after = lab.snapshots()
    assert code != 0 and before == after and secrets(output) == []
    assert standby_code == 0 and secrets(standby) == []
    for pbx in lab.PBX:
        judge(output, pbx, ["Asterisk", "queue_failover_standby"])
        assert re.search(rf"^{pbx}\s*: ok=\d+\s+changed=0\s+unreachable=0\s+failed=0 ", standby, re.M)
        assert re.search(rf"{pbx}: Asterisk is down", re.sub(r"\s+", " ", standby))

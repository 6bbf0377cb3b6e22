# SPDX-License-Identifier: GPL-3.0-or-later
"""freepbx_context and freepbx_apply, and the modules that only read, against real Asterisk (issue 2, DESIGN.md "The product in one picture")."""
import re

import lab
import pytest

EACH = pytest.mark.parametrize("pbx", list(lab.PBX))
NAME = "qf-test"
BLOCK = ("[qf-test]\nexten => s,1,Goto(qf-test-entry-00000001,s,1)\n\n[qf-test-entry-00000001]\nexten => s,1,Return()\n\n"
         "[qf-test-default]\nexten => default,1,Return(app-blackhole,hangup,1)\n\n[qf-test-600]\nexten => default,1,Return()\n"
         "exten => TIMEOUT,1,Return(ext-queues,01600,1)\n")
QUEUES = [{"queue": "600", "failover": True, "settings": {"max_wait": "60", "join_empty": "strict"}}]
ROUTES = {"default": "app-blackhole,hangup,1", "queues": [
    {"queue": "600", "failover": True, "routes": {"TIMEOUT": "ext-queues,01600,1"}, "default": None}]}
FILE = "/etc/asterisk/extensions_custom.conf"
BYTES = lab.shell(f"sha256sum < {FILE}; stat -c '%U %G %a' {FILE}")
LOADED = lab.shell("asterisk -rx 'dialplan show qf-test-600'; asterisk -rx 'core show uptime seconds'")
RELOADS = lab.shell("wc -l < /var/log/asterisk/fwconsole-standin.log; asterisk -rx 'dialplan show ext-queues' | grep -c 'qf-test,s,1'; true")
APPLY = {"context": NAME, "queues": ["600"]}


def steps():
    """A deploy and a removal module by module; each module four ways, the readers in between."""
    yield "before", BYTES
    yield "put", lab.four("freepbx_context", context=NAME, block=BLOCK)
    yield "loaded", LOADED
    for name, module, arguments in (
            ("routes", "freepbx_failover_routes", {"context": NAME, "queues": [{"queue": "600", "routes": {"TIMEOUT": {"queue": "01600"}}}]}),
            ("info", "freepbx_info", {}), ("verify", "freepbx_failover_verify", {"context": NAME, "routes": ROUTES, "destinations": ["qf-test,s,1"]})):
        yield name, [lab.SNAP, lab.call(module, check=True, **arguments), lab.call(module, **arguments), lab.SNAP]
    yield "destination", lab.call("freepbx_custom_destination", context=NAME)
    yield "queues", lab.call("freepbx_queue_failover", context=NAME, destination="qf-test,s,1", queues=QUEUES)
    yield "reloads", RELOADS
    yield "apply", lab.four("freepbx_apply", **APPLY)
    yield "reloads", RELOADS
    yield "verdict", lab.call("freepbx_failover_verify", context=NAME, routes=ROUTES, destinations=["qf-test,s,1"])
    yield "refused", [lab.SNAP, lab.call("freepbx_context", context=NAME, state="absent"), lab.SNAP]
    yield "back", [lab.call("freepbx_queue_failover", context=NAME, queues=[]), lab.call("freepbx_custom_destination", context=NAME, state="absent")]
    yield "apply back", lab.four("freepbx_apply", context=NAME, queues=[])
    yield "take out", lab.four("freepbx_context", context=NAME, state="absent")
    yield "after", BYTES


@pytest.fixture(scope="module")
def walked(fresh):
    """{pbx: {step: [results]}}."""
    named = [(name, task) for name, tasks in steps() for task in (tasks if isinstance(tasks, list) else [tasks])]
    found = {}
    for pbx, results in lab.play([task for _name, task in named]).items():
        for (name, _task), result in zip(named, results, strict=True):
            found.setdefault(pbx, {}).setdefault(name, []).append(result)
    return found


@EACH
@pytest.mark.parametrize("name", ["put", "apply", "apply back", "take out"])
def test_each_step_four_ways(walked, pbx, name):
    lab.Four(walked[pbx][name]).prove()


@EACH
@pytest.mark.parametrize("name", ["routes", "info", "verify"])
def test_a_module_that_reads_never_changes_anything_and_says_so(walked, pbx, name):
    before, checked, run, after = walked[pbx][name]
    assert not checked.get("failed") and not run.get("failed") and not checked["changed"] and not run["changed"]
    assert before == after


@EACH
def test_the_block_is_loaded_by_one_dialplan_reload_and_no_full_one(walked, pbx):
    four = lab.Four(walked[pbx]["put"])
    assert four.run["reloaded"] and not four.again["reloaded"]
    assert "Return(ext-queues,01600,1)" in walked[pbx]["loaded"][0]["stdout"]
    assert four.before.splitlines()[-1] == four.after.splitlines()[-1]  # the number of lines in the log of fwconsole's stand-in
    assert lab.rows_of(four.before) == lab.rows_of(four.after)


@EACH
def test_after_the_removal_the_file_is_byte_for_byte_with_owner_and_mode_what_it_was(walked, pbx):
    (before,), (after,) = walked[pbx]["before"], walked[pbx]["after"]
    assert before["stdout"] == after["stdout"] and "asterisk asterisk 664" in after["stdout"]


@EACH
def test_applying_is_one_fwconsole_reload_however_often_it_is_asked_for(walked, pbx):
    first, last = ([int(number) for number in result["stdout"].split()] for result in walked[pbx]["reloads"])
    assert last[0] - first[0] == 1 and (first[1], last[1]) == (0, 1)
    assert lab.Four(walked[pbx]["apply"]).run["reload"] == "fwconsole reload" and lab.Four(walked[pbx]["apply"]).again["reload"] is None


@EACH
def test_the_verdict_says_where_calls_go_as_loaded(walked, pbx):
    before, after = walked[pbx]["verify"][2], walked[pbx]["verdict"][0]
    assert before["wrong"] == 7 and all(row["loaded"] == "ext-local,vmu200,1" for row in before["rows"])
    assert after["wrong"] == 0 and {row["status"]: row["loaded"] for row in after["rows"]}["TIMEOUT"] == "ext-queues,01600,1"


@EACH
def test_a_context_that_a_queue_still_points_at_is_not_taken_out_and_the_queue_is_named(walked, pbx):
    before, result, after = walked[pbx]["refused"]
    assert result["failed"] and "600" in result["msg"] and "Fail Over Destination" in result["msg"] and before == after


@EACH
def test_the_facts_are_those_of_the_pbx(walked, pbx):
    facts = walked[pbx]["info"][2]["ansible_facts"]["freepbx_failover"]
    assert facts["freepbx_version"] == {"unit16": "16.0.33", "unit22": "17.0.19"}[pbx] and re.match(lab.PBX[pbx] + r"\.\d+", facts["asterisk_version"])
    assert [queue["queue"] for queue in facts["queues"]] == ["01600", "01601", "600", "601", "602", "603"]
    assert [row["target"] for row in facts["custom_destinations"]] == ["check-callstate,s,1"] and facts["reload_pending"] is False


@EACH
def test_the_routes_are_resolved_with_the_former_destination_as_default(walked, pbx):
    (queue,) = walked[pbx]["routes"][2]["routes"]["queues"]
    assert queue["routes"] == {"TIMEOUT": "ext-queues,01600,1"} and (queue["default"], queue["default_from"]) == ("ext-local,vmu200,1", "former")


@EACH
def test_all_rows_but_currentid_are_what_they_were_at_the_end(walked, pbx):
    first, last = lab.rows_of(walked[pbx]["put"][0]), lab.rows_of(walked[pbx]["take out"][-1])
    kept = {name: [line for line in rows if "currentid" not in line] for name, rows in first.items()}
    assert {name: [line for line in rows if "currentid" not in line] for name, rows in last.items()} == kept

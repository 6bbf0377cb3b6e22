# SPDX-License-Identifier: GPL-3.0-or-later
"""freepbx_queue_failover: only the settings that were given, in one transaction with need_reload (issue 2, FREEPBX.md section 1)."""
import re

import lab
import pytest

MODULE = "freepbx_queue_failover"
US = "queue-failover,s,1"
ULTRA = "penalty,paused,invalid,unavailable,inuse,ringing"
WISH = {"destination": US, "queues": [
    {"queue": "600", "failover": True, "settings": {"max_wait": "60", "join_empty": "strict", "leave_when_empty": ULTRA}},
    {"queue": "602", "failover": True, "settings": {}},
    {"queue": "01600", "failover": False, "settings": {"max_wait": "20"}}]}
EACH = pytest.mark.parametrize("pbx", list(lab.PBX))
EDIT = "mariadb asterisk -e \"%s\""


@pytest.fixture(scope="module")
def walked(fresh):
    """Deploy, edits in the GUI, one queue left out, removal: {pbx: {step: [results]}}."""
    less = dict(WISH, queues=WISH["queues"][:1])
    steps = [("deploy", task) for task in lab.four(MODULE, **WISH)]
    steps += [("flag", lab.shell("mariadb -N asterisk -e \"SELECT value FROM admin WHERE variable = 'need_reload'; SELECT 1\""))]
    steps += [("less", task) for task in lab.four(MODULE, **less)]
    steps += [("edit", lab.shell(EDIT % "UPDATE queues_config SET dest = 'ext-group,610,1' WHERE extension = '600'"))]
    # What was edited is not applied yet, which would stop a removal otherwise.
    steps += [("absent", task) for task in lab.four(MODULE, queues=[], pending_changes="apply")]
    found = {}
    for pbx, results in lab.play([task for _name, task in steps]).items():
        for (name, _task), result in zip(steps, results, strict=True):
            found.setdefault(pbx, {}).setdefault(name, []).append(result)
    return found


@EACH
@pytest.mark.parametrize("name", ["deploy", "less", "absent"])
def test_each_way_four_ways(walked, pbx, name):
    lab.Four(walked[pbx][name]).prove()


def details(snapshot, queue):
    return [line for line in lab.rows_of(snapshot)["asterisk.queues_details"] if f"('{queue}'," in line]


@EACH
def test_members_and_every_row_that_was_not_named_stay_byte_for_byte(walked, pbx):
    four = lab.Four(walked[pbx]["deploy"])
    before, after = lab.rows_of(four.before), lab.rows_of(four.after)
    assert lab.changed_tables(four.before, four.after) == {"asterisk.queues_config", "asterisk.queues_details", "asterisk.admin"}
    changed = set(before["asterisk.queues_details"]) ^ set(after["asterisk.queues_details"])
    assert changed == {
        "INSERT INTO `queues_details` VALUES ('600','joinempty','yes',0);", "INSERT INTO `queues_details` VALUES ('600','joinempty','strict',0);",
        "INSERT INTO `queues_details` VALUES ('600','leavewhenempty','no',0);", f"INSERT INTO `queues_details` VALUES ('600','leavewhenempty','{ULTRA}',0);"}
    assert any("Local/200@from-queue/n,0" in line for line in details(four.after, "600"))


@EACH
def test_of_queues_config_only_the_two_columns_of_the_listed_queues_change(walked, pbx):
    four = lab.Four(walked[pbx]["deploy"])
    before, after = (lab.rows_of(text)["asterisk.queues_config"] for text in (four.before, four.after))
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [re.search(r"\('(\w+)'", old).group(1) for old, _new in changed] == ["01600", "600", "602"]
    for old, new in changed:
        fields = [(one, other) for one, other in zip(re.findall(r"'[^']*'|[^,]+", old), re.findall(r"'[^']*'|[^,]+", new), strict=True) if one != other]
        assert fields and all(other in (f"'{US}'", "'60'", "'20'") for _one, other in fields)


@EACH
def test_a_reload_is_due_after_it(walked, pbx):
    assert walked[pbx]["flag"][0]["stdout"].split() == ["true", "1"]


@EACH
def test_there_is_one_diff_a_queue_in_the_words_of_the_gui(walked, pbx):
    diffs = lab.Four(walked[pbx]["deploy"]).run["diff"]
    assert len(diffs) == 3
    (mine,) = [entry for entry in diffs if "queue 600 " in entry["before_header"]]
    assert mine["before"] == "Fail Over Destination: ext-local,vmu200,1\nMax Wait Time: unlimited\nJoin Empty: yes\nLeave Empty: no\n"
    assert mine["after"] == f"Fail Over Destination: {US}\nMax Wait Time: 60 seconds\nJoin Empty: strict\nLeave Empty: ultra_strict\n"


@EACH
def test_a_queue_that_left_the_list_has_its_former_row_byte_for_byte(walked, pbx):
    first, less = lab.Four(walked[pbx]["deploy"]).before, lab.Four(walked[pbx]["less"]).after
    for queue in ("602", "01600"):
        rows = [[line for line in lab.rows_of(text)["asterisk.queues_config"] if f"('{queue}'," in line] for text in (first, less)]
        assert rows[0] == rows[1] and details(first, queue) == details(less, queue)


@EACH
def test_removal_restores_everything_but_what_somebody_has_changed_since_and_says_so(walked, pbx):
    first, last = lab.Four(walked[pbx]["deploy"]).before, lab.Four(walked[pbx]["absent"]).after
    before, after = lab.rows_of(first), lab.rows_of(last)
    assert before["asterisk.queues_details"] == after["asterisk.queues_details"]
    assert [line.replace("'ext-group,610,1'", "'ext-local,vmu200,1'") if "('600'," in line else line for line in after["asterisk.queues_config"]] == \
        before["asterisk.queues_config"]
    (note,) = lab.Four(walked[pbx]["absent"]).run["notes"]
    assert "600" in note and "ext-group,610,1" in note and "Fail Over Destination" in note


CASES = {
    "two rows": "INSERT INTO queues_details VALUES ('600', 'joinempty', 'strict', 0)",
    "two rows of another queue": "INSERT INTO queues_details VALUES ('603', 'leavewhenempty', 'strict', 0)",
    "no row": "DELETE FROM queues_details WHERE id = '600' AND keyword = 'joinempty'",
    "flag refuses": "CREATE TRIGGER t BEFORE UPDATE ON admin FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no flag'",
    "rows refuse": "CREATE TRIGGER t BEFORE UPDATE ON queues_details FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no row'",
    "pending": "UPDATE admin SET value = 'true' WHERE variable = 'need_reload'",
}


@pytest.fixture(scope="module")
def cases(walked):
    found = {}
    for name, statement in CASES.items():
        lab.reset()
        lab.everywhere("mariadb asterisk", statement)
        for pbx, results in lab.play([lab.SNAP, lab.call(MODULE, **WISH), lab.SNAP]).items():
            found[name, pbx] = results
    lab.reset()
    return found


@pytest.fixture(scope="module")
def broken_off(cases):
    """A run whose transaction fails; then somebody changes something in the GUI and does not apply it; then our next run."""
    tasks = [lab.shell(f'mariadb asterisk <<< "{CASES["rows refuse"]}"'), lab.call(MODULE, **WISH),
             lab.shell('mariadb asterisk <<< "DROP TRIGGER t; ' + CASES["pending"] + '"'), lab.call(MODULE, **WISH)]
    found = lab.play(tasks)
    lab.reset()
    return found


@EACH
def test_after_a_run_that_wrote_no_row_what_waits_in_the_gui_is_somebody_elses(broken_off, pbx):
    _trigger, first, _gui, second = broken_off[pbx]
    assert first["failed"] and second["failed"] and "Apply Config" in second["msg"]


@EACH
@pytest.mark.parametrize("name, told", [("two rows", ["600", "joinempty", "save"]), ("flag refuses", ["no flag"]), ("rows refuse", ["no row"]),
                                        ("pending", ["Apply Config", "queue_failover_pending_changes"])])
def test_what_cannot_be_done_whole_is_one_sentence_and_no_row_and_no_flag_is_written(cases, pbx, name, told):
    before, result, after = cases[name, pbx]
    assert result["failed"] and "\n" not in result["msg"] and all(word in result["msg"] for word in told), result["msg"]
    assert lab.rows_of(before) == lab.rows_of(after)
    assert "exception" not in result or "Traceback" not in str(result["exception"])


@EACH
def test_two_rows_of_a_queue_that_is_not_ours_do_not_hinder_the_others(cases, pbx):
    _before, result, _after = cases["two rows of another queue", pbx]
    assert not result.get("failed") and result["changed"]


@EACH
def test_a_setting_without_a_row_gets_one(cases, pbx):
    before, result, after = cases["no row", pbx]
    assert not result.get("failed") and [line for line in details(after, "600") if "'joinempty'" in line] == [
        "INSERT INTO `queues_details` VALUES ('600','joinempty','strict',0);"]

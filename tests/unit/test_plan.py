# SPDX-License-Identifier: GPL-3.0-or-later
"""What is changed at the queues, and what is remembered (issue 2, DESIGN.md "What is kept on the PBX")."""
import pytest
from ansible.module_utils.freepbx_failover.findings import errors
from ansible.module_utils.freepbx_failover.plan import Change, adopt, diff, plan_queues, shown, unknown_formers

OURS = ["queue-failover,s,1", "customdests,dest-2,1"]
US = OURS[0]
ULTRA = "penalty,paused,invalid,unavailable,inuse,ringing"


def queue(destination="ext-local,vmu200,1", max_wait="", join_empty="yes", leave_when_empty="no"):
    return {"destination": destination, "max_wait": max_wait, "join_empty": join_empty, "leave_when_empty": leave_when_empty}


def plan(current, wish, taken=None, former=None):
    return plan_queues(current, wish, taken or {}, OURS, former or {})


def applied(current, planned):
    """The rows after the plan's changes; a change that does not start from what is there fails the test."""
    after = {number: dict(row) for number, row in current.items()}
    for change in planned.changes:
        assert after[change.queue][change.setting] == change.before
        after[change.queue][change.setting] = change.after
    return after


def test_a_first_take_over_changes_what_differs_and_remembers_what_was_there():
    planned = plan({"600": queue()}, {"600": {"destination": US, "max_wait": "60", "join_empty": "strict"}})
    assert planned.changes == [Change("600", "destination", "ext-local,vmu200,1", US), Change("600", "max_wait", "", "60"),
                               Change("600", "join_empty", "yes", "strict")]
    assert planned.taken == {"600": {"destination": {"former": "ext-local,vmu200,1", "ours": US}, "max_wait": {"former": "", "ours": "60"},
                                     "join_empty": {"former": "yes", "ours": "strict"}}}
    assert planned.notes == [] and planned.findings == []


def test_a_setting_that_is_not_wished_for_is_not_touched():
    planned = plan({"600": queue()}, {"600": {"max_wait": "60"}})
    assert [change.setting for change in planned.changes] == ["max_wait"]


def test_a_second_run_plans_nothing_and_remembers_the_same():
    current, wish = {"600": queue()}, {"600": {"destination": US, "max_wait": "60"}}
    first = plan(current, wish)
    second = plan(applied(current, first), wish, first.taken)
    assert second.changes == [] and second.taken == first.taken and second.findings == []


def test_a_queue_that_left_the_list_gets_back_what_it_had():
    current = {"600": queue(), "601": queue(destination="")}
    first = plan(current, {"600": {"destination": US, "max_wait": "60"}, "601": {"destination": US}})
    second = plan(applied(current, first), {"601": {"destination": US}}, first.taken)
    assert applied(applied(current, first), second)["600"] == current["600"]
    assert set(second.taken) == {"601"}


def test_a_setting_that_left_the_wish_gets_back_what_it_had():
    current = {"600": queue()}
    first = plan(current, {"600": {"destination": US, "max_wait": "60"}})
    second = plan(applied(current, first), {"600": {"destination": US}}, first.taken)
    assert second.changes == [Change("600", "max_wait", "60", "")] and set(second.taken["600"]) == {"destination"}


def test_a_setting_that_had_no_row_loses_its_row_again():
    current = {"600": queue(join_empty=None)}
    first = plan(current, {"600": {"join_empty": "strict"}})
    assert first.changes == [Change("600", "join_empty", None, "strict")]
    assert plan(applied(current, first), {}, first.taken).changes == [Change("600", "join_empty", "strict", None)]


def test_the_former_value_survives_a_change_of_our_own_wish():
    current = {"600": queue()}
    first = plan(current, {"600": {"max_wait": "60"}})
    second = plan(applied(current, first), {"600": {"max_wait": "120"}}, first.taken)
    assert second.taken["600"]["max_wait"] == {"former": "", "ours": "120"}


def test_a_value_that_somebody_changed_since_stays_on_removal_and_is_said():
    taken = {"600": {"destination": {"former": "", "ours": US}, "max_wait": {"former": "", "ours": "60"}}}
    planned = plan({"600": queue(destination="ext-group,610,1", max_wait="60")}, {}, taken)
    assert planned.changes == [Change("600", "max_wait", "60", "")]
    assert len(planned.notes) == 1 and "600" in planned.notes[0] and "Fail Over Destination" in planned.notes[0] and "ext-group,610,1" in planned.notes[0]


def test_a_value_that_somebody_put_back_himself_is_not_worth_a_word():
    planned = plan({"600": queue(destination="")}, {}, {"600": {"destination": {"former": "", "ours": US}}})
    assert planned.changes == [] and planned.notes == []


def test_what_somebody_changed_since_becomes_the_former_value_when_it_is_taken_over_again():
    taken = {"600": {"max_wait": {"former": "", "ours": "60"}}}
    planned = plan({"600": queue(max_wait="300")}, {"600": {"max_wait": "60"}}, taken)
    assert planned.taken["600"]["max_wait"] == {"former": "300", "ours": "60"}


def test_a_queue_under_a_former_name_of_the_context_is_ours_and_keeps_its_former_value():
    planned = plan({"600": queue(destination=OURS[1])}, {"600": {"destination": US}},
                   {"600": {"destination": {"former": "ext-local,vmu200,1", "ours": OURS[1]}}})
    assert planned.changes == [Change("600", "destination", OURS[1], US)]
    assert planned.taken["600"]["destination"]["former"] == "ext-local,vmu200,1"


def test_lost_memory_is_filled_from_what_the_block_or_the_variable_says():
    planned = plan({"600": queue(destination=US)}, {"600": {"destination": US}}, former={"600": "ext-group,610,1"})
    assert planned.taken["600"]["destination"] == {"former": "ext-group,610,1", "ours": US} and planned.findings == []


def test_lost_memory_that_nobody_can_fill_is_a_warning_and_our_own_string_is_never_the_former_value():
    planned = plan({"600": queue(destination=US)}, {"600": {"destination": US}})
    assert [finding.code for finding in planned.findings] == ["former-unknown"]
    assert "queue_failover_former_destinations" in planned.findings[0].remedy
    assert planned.taken.get("600", {}).get("destination", {}).get("former") not in OURS


def test_a_queue_that_somebody_pointed_at_the_context_in_the_gui_is_a_warning_and_stays():
    planned = plan({"602": queue(destination=US)}, {})
    assert planned.changes == [] and [(finding.code, finding.severity) for finding in planned.findings] == [("queue-not-listed", "warning")]
    assert "602" in planned.findings[0].where


def test_a_queue_that_was_deleted_in_freepbx_is_said_and_forgotten():
    planned = plan({}, {}, {"600": {"destination": {"former": "", "ours": US}}})
    assert planned.changes == [] and planned.taken == {} and "600" in planned.notes[0]


def test_removal_without_memory_is_an_error_that_names_the_variable_and_the_queue():
    findings = unknown_formers({"600": queue(destination=US), "601": queue()}, {}, {}, OURS, {})
    assert [finding.code for finding in errors(findings)] == ["former-unknown"]
    assert "600" in findings[0].where and "queue_failover_former_destinations" in findings[0].remedy and '"600"' in findings[0].remedy


@pytest.mark.parametrize("known", [{"former": {"600": ""}}, {"taken": {"600": {"destination": {"former": "", "ours": US}}}}])
def test_removal_goes_on_where_anybody_knows_the_former_value_even_if_it_is_empty(known):
    assert unknown_formers({"600": queue(destination=US)}, {}, known.get("taken", {}), OURS, known.get("former", {})) == []


def test_adopting_takes_what_was_settled_and_only_queues_that_are_ours():
    taken = {"600": {"destination": {"former": "a,b,1", "ours": US}}}
    current = {"600": queue(destination=US), "601": queue(destination=US), "602": queue()}
    filled = adopt(taken, {"600": "x,y,1", "601": "", "602": "z,z,1", "603": "q,q,1"}, current, OURS)
    assert filled == {"600": {"destination": {"former": "x,y,1", "ours": US}}, "601": {"destination": {"former": "", "ours": US}}}
    assert taken == {"600": {"destination": {"former": "a,b,1", "ours": US}}}


@pytest.mark.parametrize("setting, value, text", [
    ("max_wait", "", "unlimited"), ("max_wait", "60", "60 seconds"), ("destination", "", "(none)"), ("destination", US, US),
    ("join_empty", ULTRA, "ultra_strict"), ("join_empty", "strict", "strict"), ("leave_when_empty", None, "(not set)"),
    ("join_empty", "penalty,paused", "penalty,paused")])
def test_values_are_shown_in_the_words_of_the_yaml(setting, value, text):
    assert shown(setting, value) == text


def test_the_diff_is_one_before_and_after_a_queue():
    changes = [Change("600", "destination", "", US), Change("600", "max_wait", "", "60"), Change("601", "join_empty", "yes", ULTRA)]
    found = diff(changes)
    assert [entry["before"] for entry in found] == ["Fail Over Destination: (none)\nMax Wait Time: unlimited\n", "Join Empty: yes\n"]
    assert [entry["after"] for entry in found] == ["Fail Over Destination: %s\nMax Wait Time: 60 seconds\n" % US, "Join Empty: ultra_strict\n"]
    assert "600" in found[0]["before_header"] and "601" in found[1]["after_header"]


def test_removal_says_what_a_comment_in_the_block_has_that_cannot_be_a_destination():
    (found,) = unknown_formers({"600": queue(destination=US)}, {}, {}, OURS, {}, {"600": '"evil;x"', "601": "x"})
    assert '"evil;x", which cannot be a destination' in found.message and "601" not in found.message


@pytest.mark.parametrize("setting, value, text", [("max_wait", "never", '"never"'), ("max_wait", "60 ", '"60 "'), ("join_empty", "", "(empty)")])
def test_a_value_the_gui_never_writes_is_shown_as_it_stands(setting, value, text):
    assert shown(setting, value) == text

# SPDX-License-Identifier: GPL-3.0-or-later
"""Circles through everything that can be followed in the database (issue 3 point 4)."""
import time

import pytest
from ansible.module_utils.freepbx_failover import catalogue, checks, database, loops
from made_up import HANGUP, OURS, checked, codes, compiled, of, pbx, row

AGAIN = "app-announcement-1,s,1"


def queue(number, **routes):
    return {"queue": number, "routes": {status: {"custom": to} if to.count(",") == 2 else {"queue": to} for status, to in routes.items()},
            "default": {"terminate": "hangup"}}


def circles(queues, known=None, **wish):
    return [finding for finding in checked(queues, known, **wish) if finding.code in ("loop", "loop-waiting")]


def told(finding):
    """The path alone."""
    return finding.message.split(": ", 1)[1]


@pytest.mark.parametrize("status", ["JOINEMPTY", "LEAVEEMPTY", "FULL"])
def test_a_queue_that_sends_its_callers_to_itself_without_a_wait_is_an_error(status):
    (finding,) = circles([queue("600", **{status: "600"})])
    assert (finding.code, finding.severity) == ("loop", "error") and "600" in finding.where and finding.remedy
    assert told(finding) == "queue 600 %s -> queue 600" % status


def test_a_queue_that_sends_its_callers_to_itself_by_timeout_is_a_warning():
    (finding,) = circles([queue("600", TIMEOUT="600")])
    assert (finding.code, finding.severity, told(finding)) == ("loop-waiting", "warning", "queue 600 TIMEOUT -> queue 600")


@pytest.mark.parametrize("status", ["CONTINUE", "UNKNOWN", "WITHDRAW"])
def test_a_status_that_somebody_has_to_cause_is_no_circle(status):
    assert circles([queue("600", **{status: "600"})]) == []


def test_routes_that_lead_out_are_no_circle():
    assert circles([queue("600", JOINEMPTY="601", TIMEOUT="602"), queue("601", JOINEMPTY="602", FULL=HANGUP)]) == []


def test_two_queues_that_send_to_each_other_are_one_error_with_the_way_a_caller_goes():
    (finding,) = circles([queue("600", JOINEMPTY="601"), queue("601", FULL="600")])
    assert finding.code == "loop" and told(finding) in (
        "queue 600 JOINEMPTY -> queue 601 FULL -> queue 600", "queue 601 FULL -> queue 600 JOINEMPTY -> queue 601")


def test_three_queues_in_a_circle_are_found_with_every_step():
    (finding,) = circles([queue("600", EMPTY="601"), queue("601", FULL="602"), queue("602", LEAVEEMPTY="600")])
    steps = told(finding).split(" -> ")
    assert finding.code == "loop" and len(steps) == 4 and steps[0].split()[:2] == steps[-1].split()
    assert {"queue 600 JOINEMPTY, LEAVEEMPTY", "queue 601 FULL", "queue 602 LEAVEEMPTY"} < set(steps)


def test_one_step_through_timeout_makes_the_circle_a_warning():
    (finding,) = circles([queue("600", JOINEMPTY="601"), queue("601", TIMEOUT="600")])
    assert (finding.code, finding.severity) == ("loop-waiting", "warning") and "601 TIMEOUT" in finding.message


def test_two_circles_of_other_queues_are_two_findings():
    known = pbx({number: row() for number in ("600", "601", "602", "603")})
    found = circles([queue("600", FULL="601"), queue("601", FULL="600"), queue("602", FULL="603"), queue("603", FULL="602")], known)
    assert codes(found) == ["loop", "loop"]


def test_two_circles_that_share_a_queue_are_both_told_at_once():
    found = circles([queue("600", JOINEMPTY="601", FULL="602"), queue("601", JOINEMPTY="600"), queue("602", JOINEMPTY="600")])
    text = " ".join(finding.message for finding in of("loop", found))
    assert "queue 601" in text and "queue 602" in text


def test_a_quick_circle_and_a_slow_one_are_told_each_for_what_it_is():
    found = circles([queue("600", JOINEMPTY="600", TIMEOUT="601"), queue("601", TIMEOUT="600")])
    assert codes(found) == ["loop", "loop-waiting"]


class Tables:
    """FreePBX's tables as catalogue.onward reads them, with the columns FREEPBX.md names."""

    def __init__(self, monkeypatch, **rows):
        self.rows = rows
        monkeypatch.setattr(database, "columns", lambda _cursor, table: set(self.rows.get(table, [{}])[0]))
        monkeypatch.setattr(database, "query", self.query)

    def query(self, _cursor, statement, arguments=()):
        table = statement.split(" FROM ")[1].strip("`").split("`")[0]
        names = [name.strip("` ") for name in statement[len("SELECT "):statement.index(" FROM ")].split(",")]
        return [tuple(line[name] for name in names) for line in self.rows[table]]


TO = "ext-queues,600,1"
THROUGH = [
    ("ext-group,610,1", {"ringgroups": [{"grpnum": "610", "postdest": TO}]}, {}),
    ("app-announcement-1,s,1", {"announcement": [{"announcement_id": 1, "post_dest": TO}]}, {}),
    ("timeconditions,1,1", {"timeconditions": [{"timeconditions_id": 1, "truegoto": HANGUP, "falsegoto": TO}]}, {}),
    ("timeconditions,2,1", {"timeconditions": [{"timeconditions_id": 2, "truegoto": TO, "falsegoto": HANGUP}]}, {}),
    ("app-daynight,0,1", {"daynight": [{"ext": "0", "dmode": "fc_description", "dest": "Day, night, x"}, {"ext": "0", "dmode": "night", "dest": TO}]}, {}),
    ("app-daynight,0,1", {"daynight": [{"ext": "0", "dmode": "day", "dest": TO}, {"ext": "0", "dmode": "night", "dest": HANGUP}]}, {}),
    ("app-setcid,1,1", {"setcid": [{"cid_id": 1, "dest": TO}]}, {}),
    ("app-languages,1,1", {"languages": [{"language_id": 1, "dest": TO}]}, {}),
    ("app-queueprio,1,1", {"queueprio": [{"queueprio_id": 1, "dest": TO}]}, {}),
    ("ext-miscdests,1,1", {"miscdests": [{"id": 1, "destdial": "600"}]}, {}),
    ("customdests,dest-1,1", {}, {"1": {"target": "some-context,s,1", "dest": TO, "destret": True}}),
    ("customdests,dest-1,1", {}, {"1": {"target": TO, "dest": "", "destret": False}}),
    ("from-internal,600,1", {}, {}),
]


@pytest.mark.parametrize("here, tables, custom", THROUGH, ids=["%d-%s" % (number, case[0]) for number, case in enumerate(THROUGH)])
def test_a_circle_is_followed_through_the_objects_of_freepbx_and_names_them(monkeypatch, here, tables, custom):
    Tables(monkeypatch, **tables)
    known = pbx(onward=catalogue.onward(None, custom))
    path = here + (" -> from-internal,600,1" if "miscdests" in here else "")
    (finding,) = circles([queue("600", JOINEMPTY=here)], known)
    assert (finding.code, told(finding)) == ("loop", "queue 600 JOINEMPTY -> %s -> queue 600" % path)
    (finding,) = circles([queue("600", TIMEOUT=here)], known)
    assert (finding.code, told(finding)) == ("loop-waiting", "queue 600 TIMEOUT -> %s -> queue 600" % path)


@pytest.mark.parametrize("column", ["invalid_destination", "timeout_destination", "entry"])
def test_a_circle_through_an_ivr_waits_for_the_caller_and_is_a_warning(monkeypatch, column):
    details = dict({"id": 1, "invalid_destination": "", "timeout_destination": ""}, **({column: TO} if column != "entry" else {}))
    Tables(monkeypatch, ivr_details=[details], ivr_entries=[{"ivr_id": 1, "selection": "1", "dest": TO if column == "entry" else HANGUP}])
    (finding,) = circles([queue("600", JOINEMPTY="ivr-1,s,1")], pbx(onward=catalogue.onward(None, {})))
    assert (finding.code, told(finding)) == ("loop-waiting", "queue 600 JOINEMPTY -> ivr-1,s,1 -> queue 600")


def test_a_circle_through_a_chain_of_objects_names_them_in_the_order_of_the_call():
    onward = {AGAIN: ["timeconditions,1,1"], "timeconditions,1,1": [HANGUP, "ext-group,610,1"], "ext-group,610,1": ["ext-queues,601,1"]}
    (finding,) = circles([queue("600", FULL=AGAIN), queue("601", FULL="600")], pbx(onward=onward))
    steps = told(finding).split(" -> ")
    assert finding.code == "loop" and " -> ".join(steps[:-1] * 2).count(AGAIN + " -> timeconditions,1,1 -> ext-group,610,1 -> queue 601 FULL")


def test_a_dialled_number_that_is_a_ring_group_is_followed_too():
    onward = {"ext-miscdests,1,1": ["from-internal,610,1"], "ext-group,610,1": ["ext-queues,600,1"]}
    assert codes(circles([queue("600", FULL="ext-miscdests,1,1")], pbx(onward=onward))) == ["loop"]


def test_objects_that_go_round_among_themselves_end_the_search():
    onward = {AGAIN: ["app-announcement-2,s,1"], "app-announcement-2,s,1": [AGAIN]}
    assert circles([queue("600", FULL=AGAIN)], pbx(onward=onward)) == []


def test_a_quick_way_is_found_though_a_shorter_one_waits():
    onward = {"timeconditions,1,1": ["ivr-1,s,1", AGAIN], "ivr-1,s,1": ["ext-queues,600,1"], AGAIN: ["app-announcement-2,s,1"],
              "app-announcement-2,s,1": ["ext-queues,600,1"]}
    assert "loop" in codes(circles([queue("600", FULL="timeconditions,1,1")], pbx(onward=onward)))


def test_the_default_of_a_queue_closes_a_circle():
    wish = [{"queue": "600", "default": {"queue": "600"}}]
    assert codes(circles(wish)) == ["loop", "loop-waiting"]


def test_a_former_destination_that_becomes_the_default_closes_a_circle():
    known = pbx({"600": row(destination="ext-queues,601,1"), "601": row()})
    (finding,) = circles([{"queue": "600", "routes": {"TIMEOUT": {"terminate": "busy"}, "FULL": {"terminate": "busy"}}}, queue("601", JOINEMPTY="600")], known)
    assert finding.code == "loop" and "queue 601 JOINEMPTY -> queue 600" in " -> ".join([told(finding)] * 2)


def test_a_default_of_the_pbx_closes_a_circle_for_a_queue_that_says_nothing():
    wish = [{"queue": "600", "routes": {"TIMEOUT": {"terminate": "busy"}}}]
    assert codes(circles(wish, status_defaults={"FULL": {"queue": "600"}})) == ["loop"]
    assert codes(circles(wish, status_defaults={"TIMEOUT": {"queue": "600"}})) == []


def test_a_queue_that_we_do_not_manage_closes_a_circle_by_its_own_destination():
    known = pbx({"600": row(), "700": row(destination="ext-queues,600,1", join_empty="yes", leave_when_empty="no", maxlen="0")})
    (finding,) = circles([queue("600", JOINEMPTY="700")], known)
    assert finding.code == "loop-waiting" and "700 TIMEOUT" in finding.message
    known["queues"]["700"]["join_empty"] = "strict"
    assert "loop" in codes(circles([queue("600", JOINEMPTY="700")], known))


def test_a_queue_with_settings_only_closes_a_circle_by_its_own_destination_and_its_new_settings():
    known = pbx({"600": row(), "601": row(destination="ext-queues,600,1", join_empty="yes", leave_when_empty="no", maxlen="0", max_wait="")})
    assert circles([queue("600", JOINEMPTY="601"), {"queue": "601", "join_empty": "yes"}], known) == []
    assert codes(circles([queue("600", JOINEMPTY="601"), {"queue": "601", "join_empty": "strict"}], known)) == ["loop"]


def test_a_queue_that_points_here_without_being_listed_gets_the_defaults_of_the_pbx():
    known = pbx({"600": row(), "700": row(destination=OURS)}, former={"600": "", "700": None})
    assert "loop" in codes(circles([queue("600", FULL=HANGUP)], known, status_defaults={"JOINEMPTY": {"queue": "700"}}))


def test_a_queue_that_is_being_given_back_goes_to_its_former_destination():
    known = pbx({"600": row(), "700": row(destination=OURS)}, former={"600": "", "700": "ext-queues,600,1"})
    assert "loop" in codes(circles([queue("600", FULL="700")], known))


@pytest.mark.parametrize("status, changes", [
    ("JOINEMPTY", {"join_empty": "yes"}), ("JOINEMPTY", {"join_empty": None}), ("LEAVEEMPTY", {"leave_when_empty": "no"}),
    ("LEAVEEMPTY", {"leave_when_empty": None}), ("FULL", {"maxlen": "0"}), ("FULL", {"maxlen": None}), ("TIMEOUT", {"max_wait": ""})])
def test_settings_that_make_a_status_impossible_break_the_circle(status, changes):
    assert circles([queue("600", **{status: "600"})], pbx({"600": row(**changes)})) == []
    assert len(circles([queue("600", **{status: "600"})])) == 1


@pytest.mark.parametrize("status, setting, off, on", [
    ("JOINEMPTY", "join_empty", "yes", "loose"), ("LEAVEEMPTY", "leave_when_empty", "no", "yes"), ("TIMEOUT", "max_wait", "unlimited", 60)])
def test_the_settings_of_the_yaml_count_and_not_those_that_are_replaced(status, setting, off, on):
    opposite = row(join_empty="yes", leave_when_empty="no", max_wait="")
    assert circles([dict(queue("600", **{status: "600"}), **{setting: off})]) == []
    assert len(circles([dict(queue("600", **{status: "600"}), **{setting: on})], pbx({"600": opposite}))) == 1


def test_an_overflow_that_comes_back_to_a_queue_through_something_else_is_an_error():
    known = pbx(onward={AGAIN: ["ext-queues,600,1"], "ext-miscdests,1,1": ["from-internal,600,1"]})
    for to in (AGAIN, "ext-miscdests,1,1", "from-internal,600,1"):
        found, findings = compiled([queue("600", FULL=HANGUP)], known, overflow={"custom": to})
        assert "overflow-queue" in codes(findings + checks.check(found, known)), to


@pytest.mark.parametrize("wish", [{"default": {"custom": OURS}}, {"overflow": {"custom": OURS}}])
def test_a_last_resort_that_is_our_own_context_is_an_error_since_it_would_turn_for_ever(wish):
    known = pbx()
    found, findings = compiled([queue("600", FULL=HANGUP)], known, **wish)
    assert any(finding.severity == "error" for finding in findings + checks.check(found, known))


def test_an_overflow_that_comes_back_to_our_context_through_something_else_is_an_error():
    known = pbx(onward={AGAIN: [OURS]})
    found, findings = compiled([queue("600", FULL=HANGUP)], known, overflow={"custom": AGAIN})
    assert any(finding.severity == "error" for finding in findings + checks.check(found, known))


def test_two_statuses_that_turn_at_one_queue_are_both_told_at_once():
    found = circles([queue("600", JOINEMPTY="600", FULL="600")])
    text = " ".join(finding.message for finding in of("loop", found))
    assert "JOINEMPTY" in text and "FULL" in text


def test_the_options_of_a_route_do_not_hide_a_circle():
    wish = [{"queue": "600", "routes": {"FULL": {"queue": "600", "announce": "Sorry", "caller_id_prefix": "x", "set_priority": 1}}}]
    assert codes(circles(wish)) == ["loop"]


def chain(count, close):
    numbers = [str(1000 + index) for index in range(count)]
    onto = numbers[1:] + ([numbers[0]] if close else [])
    entries = [{"queue": number, "failover": True, "routes": {"FULL": "ext-queues,%s,1" % to}, "default": HANGUP, "settings": {}, "spread": []}
               for number, to in zip(numbers, onto)]
    return {"default": HANGUP, "overflow": HANGUP, "status_defaults": {}, "queues": entries}, pbx({number: row() for number in numbers})


def test_a_chain_of_3000_queues_neither_recurses_too_deep_nor_is_a_circle():
    assert loops.find(*chain(3000, False)) == []


def test_a_chain_of_3000_objects_is_followed_to_its_end():
    onward = {"app-announcement-%d,s,1" % number: ["app-announcement-%d,s,1" % (number + 1)] for number in range(1, 3000)}
    onward["app-announcement-3000,s,1"] = ["ext-queues,600,1"]
    assert codes(circles([queue("600", FULL=AGAIN)], pbx(onward=onward))) == ["loop"]


def test_a_circle_of_600_queues_is_found_in_a_second_of_cpu():
    started = time.process_time()
    (finding,) = loops.find(*chain(600, True))
    assert finding.code == "loop" and finding.message.count("FULL") == 600 and time.process_time() - started < 1

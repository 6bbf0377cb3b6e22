# SPDX-License-Identifier: GPL-3.0-or-later
"""Where calls would go as loaded, and whether the database is in force (issue 2, FREEPBX.md section 2)."""
import pytest
from ansible.module_utils.freepbx_failover import inforce, verdict

US = "queue-failover,s,1"
ULTRA = "penalty,paused,invalid,unavailable,inuse,ringing"
ROUTES = {"default": "app-blackhole,hangup,1", "overflow": "app-blackhole,hangup,1", "status_defaults": {"WITHDRAW": "w,s,1"}, "queues": [
    {"queue": "600", "failover": True, "routes": {"TIMEOUT": "ext-queues,01600,1"}, "default": "ext-local,vmu200,1"},
    {"queue": "601", "failover": True, "routes": {"FULL": "a,b,1"}, "default": None},
    {"queue": "602", "failover": False, "routes": {}, "default": None}]}


def loaded(**changes):
    base = {"queues": {"600": (US, "3"), "601": (US, "")}, "entered": True, "ours": [US], "gone": set(),
            "rows": {"": {"default": "app-blackhole,hangup,1"}, "600": {"TIMEOUT": "ext-queues,01600,1", "default": "ext-local,vmu200,1"},
                     "601": {"FULL": "a,b,1"}}}
    return dict(base, **changes)


def table(**changes):
    return {(row["queue"], row["status"]): row for row in verdict.table(ROUTES, loaded(**changes), ["TIMEOUT", "FULL"])}


def test_the_order_is_the_status_then_the_default_of_the_queue_then_that_of_the_pbx():
    rows = table()
    assert [rows[key]["expected"] for key in (("600", "TIMEOUT"), ("600", "FULL"), ("601", "TIMEOUT"), ("601", "FULL"))] == [
        "ext-queues,01600,1", "ext-local,vmu200,1", "app-blackhole,hangup,1", "a,b,1"]
    assert all(row["ok"] and row["loaded"] == row["expected"] for row in rows.values())


def test_a_queue_with_settings_only_is_not_judged():
    assert {queue for queue, _status in table()} == {"600", "601"}


@pytest.mark.parametrize("changes, key, goes", [
    ({"queues": {"601": (US, "")}}, ("600", "TIMEOUT"), "queue not loaded"),
    ({"queues": {"600": ("ext-group,610,1", ""), "601": (US, "")}}, ("600", "TIMEOUT"), "ext-group,610,1"),
    ({"queues": {"600": ("", ""), "601": (US, "")}}, ("600", "FULL"), "the call ends"),
    ({"entered": False}, ("600", "TIMEOUT"), "the call is dropped: context not loaded"),
    ({"gone": {"ext-queues,01600,1"}}, ("600", "TIMEOUT"), "ext-local,vmu200,1"),
    ({"gone": {"ext-queues,01600,1", "ext-local,vmu200,1"}}, ("600", "TIMEOUT"), "app-blackhole,hangup,1"),
    ({"rows": {}}, ("601", "FULL"), "app-blackhole,hangup,1"),
    ({"rows": {"": {"default": "app-blackhole,busy,1"}}}, ("601", "TIMEOUT"), "app-blackhole,busy,1"),
])
def test_what_is_loaded_otherwise_is_told_as_it_is_and_is_not_ok(changes, key, goes):
    row = table(**changes)[key]
    assert row["loaded"] == goes and row["ok"] == (goes == row["expected"])


def queue(**changes):
    return dict({"destination": US, "max_wait": "3", "join_empty": "yes", "leave_when_empty": "strict"}, **changes)


SECTIONS = {"600": {"joinempty": "yes", "leavewhenempty": "strict"}}


def test_a_queue_whose_row_is_loaded_and_generated_is_in_force():
    assert inforce.queue_differences({"600": queue()}, {"600": (US, "3")}, SECTIONS, True) == []


@pytest.mark.parametrize("row, told", [
    ({"destination": "ext-group,610,1"}, "Fail Over Destination"), ({"max_wait": ""}, "Max Wait Time"), ({"join_empty": ULTRA}, "Join Empty"),
    ({"leave_when_empty": "no"}, "Leave Empty"), ({"leave_when_empty": None}, "Leave Empty")])
def test_each_setting_that_is_not_in_force_is_told_with_its_queue(row, told):
    (text,) = inforce.queue_differences({"600": queue(**row)}, {"600": (US, "3")}, SECTIONS, True)
    assert "600" in text and told in text


def test_a_queue_that_is_not_loaded_and_a_file_newer_than_the_last_full_reload_are_told():
    assert inforce.queue_differences({"600": queue()}, {}, SECTIONS, True) == ["queue 600 is not loaded"]
    assert len(inforce.queue_differences({"600": queue()}, {"600": (US, "3")}, SECTIONS, False)) == 1
    assert inforce.queue_differences({}, {}, {}, False) == []


def test_the_generated_queues_file_is_read_by_section_without_its_comments():
    text = b"; x\n[600]\njoinempty=%s\nleavewhenempty => strict ; y\nmember=Local/200@from-queue/n,0\n\n[601]\njoinempty=no\njoinempty=yes\n" % ULTRA.encode()
    assert inforce.parse_sections(text) == {"600": {"joinempty": ULTRA, "leavewhenempty": "strict", "member": "Local/200@from-queue/n,0"},
                                            "601": {"joinempty": "yes"}}


def shown(application):
    priority = type("Row", (), {"application": application})
    return {"dest-5": {1: type("Row", (), {"application": "Noop(Entering Custom Destination x)"}), 2: priority}}


@pytest.mark.parametrize("application", ["Goto(queue-failover,s,1)", "Gosub(queue-failover,s,1())", "Gosub(queue-failover,s,1)"])
def test_a_custom_destination_that_is_generated_as_its_row_says_is_in_force(application):
    assert inforce.destination_difference({"destid": "5", "target": US}, shown(application)) == []


@pytest.mark.parametrize("application", ["Goto(other,s,1)", "Goto(queue-failover,s,10)", "Goto(my-queue-failover,s,1)", "NoOp(queue-failover,s,1)"])
def test_a_custom_destination_that_goes_elsewhere_is_told(application):
    assert len(inforce.destination_difference({"destid": "5", "target": US}, shown(application))) == 1


def test_a_custom_destination_that_is_not_generated_is_told():
    (text,) = inforce.destination_difference({"destid": "5", "target": US}, {})
    assert "dest-5" in text and US in text


def test_a_keyword_counts_whatever_its_case_as_it_does_in_asterisk():
    assert inforce.parse_sections(b"[600]\nJoinEmpty=strict\n") == {"600": {"joinempty": "strict"}}


@pytest.mark.parametrize("row, loaded, alike", [("60 ", "60", True), ("60", "60", True), ("60 ", "", False), ("never", "", False)])
def test_a_max_wait_is_compared_as_asterisk_reads_it(row, loaded, alike):
    assert (inforce.queue_differences({"600": queue(max_wait=row)}, {"600": (US, loaded)}, SECTIONS, True) == []) is alike

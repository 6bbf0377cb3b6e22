# SPDX-License-Identifier: GPL-3.0-or-later
"""EMPTY, the defaults by status, overflow, and what a caller meets before he moves on (issue 3 points 2, 4 and 5)."""
import re
from urllib.parse import unquote

import pytest
from ansible.module_utils.freepbx_failover import dialplan, routes, statuses, tables, verdict
from hypothesis import given, strategies
from rendered import block
from made_up import HANGUP, codes, compiled, pbx

BUSY = {"terminate": "busy"}
BUSY_ROW = "app-blackhole,busy,1"


def route(**options):
    found, findings = compiled([{"queue": "600", "routes": {"FULL": dict(BUSY, **options)}}])
    return found["queues"][0]["routes"].get("FULL"), findings


def test_empty_stands_for_both_ways_of_finding_nobody():
    found, findings = compiled([{"queue": "600", "routes": {"EMPTY": BUSY}}])
    assert found["queues"][0]["routes"] == {"JOINEMPTY": BUSY_ROW, "LEAVEEMPTY": BUSY_ROW} and findings == []
    assert found["queues"][0]["failover"]


@pytest.mark.parametrize("exact, other", [("JOINEMPTY", "LEAVEEMPTY"), ("LEAVEEMPTY", "JOINEMPTY")])
@pytest.mark.parametrize("turn", [1, -1])
def test_the_exact_word_beats_empty_in_whatever_order_they_stand(exact, other, turn):
    wish = dict([("EMPTY", BUSY), (exact, {"queue": "601"})][::turn])
    assert compiled([{"queue": "600", "routes": wish}])[0]["queues"][0]["routes"] == {exact: "ext-queues,601,1", other: BUSY_ROW}


def test_empty_works_in_the_defaults_by_status_too():
    found, findings = compiled([], status_defaults={"EMPTY": BUSY, "LEAVEEMPTY": {"queue": "601"}, "FULL": {"ivr": "night menu"}})
    assert found["status_defaults"] == {"JOINEMPTY": BUSY_ROW, "LEAVEEMPTY": "ext-queues,601,1", "FULL": "ivr-1,s,1"} and findings == []


def test_a_mistake_in_empty_is_told_once_and_makes_no_row():
    found, findings = compiled([{"queue": "600", "routes": {"EMPTY": {"queue": "999"}}}])
    assert codes(findings) == ["unknown-destination"] and findings[0].where.endswith("routes.EMPTY") and found["queues"][0]["routes"] == {}


@pytest.mark.parametrize("version", ["13.16.0", "14.5.0"])
@pytest.mark.parametrize("status", ["LEAVEEMPTY", "EMPTY"])
def test_an_asterisk_that_hangs_up_when_a_queue_becomes_empty_is_a_warning(version, status):
    _found, findings = compiled([{"queue": "600", "routes": {status: BUSY}}], pbx(asterisk_version=version))
    assert [(finding.code, finding.severity) for finding in findings] == [("asterisk-hangs-up", "warning")]
    assert version in findings[0].message and "update" in findings[0].remedy


@pytest.mark.parametrize("version, status", [("13.16.1", "LEAVEEMPTY"), ("14.5.1", "EMPTY"), ("16.28.0", "EMPTY"), ("13.16.0", "FULL")])
def test_another_asterisk_or_status_is_not_said_to_hang_up(version, status):
    assert compiled([{"queue": "600", "routes": {status: BUSY}}], pbx(asterisk_version=version))[1] == []


@pytest.mark.parametrize("wish, code, severity", [
    ({"BUSY": BUSY}, "unknown-status", "error"), ({"default": BUSY}, "unknown-status", "error"), ({"overflow": BUSY}, "unknown-status", "error"),
    ({"JOINUNAVAIL": BUSY}, "status-never-set", "warning"), ({"LEAVEUNAVAIL": BUSY}, "status-never-set", "warning"),
    ({"FULL": {"queue": "999"}}, "unknown-destination", "error"), ([], "routes-form", "error"), ("FULL", "routes-form", "error")])
def test_a_mistake_in_the_defaults_by_status_names_their_variable(wish, code, severity):
    (finding,) = compiled([], status_defaults=wish)[1]
    assert (finding.code, finding.severity) == (code, severity) and finding.where.startswith("queue_failover_status_defaults")


def test_withdraw_that_this_asterisk_cannot_set_is_a_warning_in_the_defaults_too():
    (finding,) = compiled([], pbx(asterisk_version="16.24.0"), status_defaults={"WITHDRAW": BUSY})[1]
    assert (finding.code, finding.severity) == ("status-version", "warning") and "16.24.0" in finding.message


@pytest.mark.parametrize("row, by_status, answer", [
    ({"FULL": "1,s,1", "default": "2,s,1"}, {"FULL": "3,s,1"}, "1,s,1"), ({"default": "2,s,1"}, {"FULL": "3,s,1"}, "2,s,1"),
    ({}, {"FULL": "3,s,1"}, "3,s,1"), ({"TIMEOUT": "1,s,1"}, {"TIMEOUT": "3,s,1"}, "4,s,1"), ({"default": ""}, {"FULL": "3,s,1"}, "3,s,1")])
def test_the_order_of_lookup_is_status_default_status_of_the_pbx_default_of_the_pbx(row, by_status, answer):
    assert verdict.lookup("FULL", row, {"status_defaults": by_status, "default": "4,s,1"}) == answer


def test_what_is_loaded_is_looked_up_in_the_same_order_and_told_without_the_options():
    wanted = {"default": HANGUP, "status_defaults": {"FULL": "f,s,1^custom/sorry^^"}, "queues": [
        {"queue": "600", "failover": True, "routes": {"TIMEOUT": "t,s,1^^Sales^5"}, "default": None}]}
    loaded = {"queues": {"600": ("q,s,1", "3")}, "entered": True, "ours": ["q,s,1"], "gone": set(),
              "rows": {"600": {"TIMEOUT": "t,s,1^^Sales^5"}, "": {"FULL": "f,s,1^custom/sorry^^", "default": HANGUP}}}
    rows = verdict.table(wanted, loaded, ["TIMEOUT", "FULL", "UNKNOWN"])
    assert [row["expected"] for row in rows] == ["t,s,1", "f,s,1", HANGUP] and all(row["ok"] and row["loaded"] == row["expected"] for row in rows)
    rows = verdict.table(wanted, dict(loaded, gone={"t,s,1", "f,s,1"}), ["TIMEOUT", "FULL"])
    assert [row["loaded"] for row in rows] == [HANGUP, HANGUP] and not any(row["ok"] for row in rows)


def test_overflow_is_the_default_unless_it_is_given():
    assert compiled([])[0]["overflow"] == HANGUP
    assert compiled([], overflow=BUSY)[0]["overflow"] == BUSY_ROW and compiled([], overflow=BUSY)[0]["default"] == HANGUP


@pytest.mark.parametrize("wish, variable", [
    ({"overflow": {"queue": "600"}}, "queue_failover_overflow"), ({"default": {"queue": "600"}}, "queue_failover_default"),
    ({"overflow": {"custom": "ext-queues,600,1"}}, "queue_failover_overflow"),
    ({"overflow": {"queue": "600", "set_priority": 3}}, "queue_failover_overflow")])
def test_overflow_is_never_a_queue(wish, variable):
    (finding,) = compiled([], **wish)[1]
    assert (finding.code, finding.severity, finding.where) == ("overflow-queue", "error", variable) and "queue_failover_overflow" in finding.remedy


def test_a_default_that_is_a_queue_is_fine_where_overflow_is_none():
    assert compiled([], default={"queue": "600"}, overflow=BUSY)[1] == []


def test_a_mistake_in_overflow_names_its_variable():
    (finding,) = compiled([], overflow={"queue": "999"})[1]
    assert (finding.code, finding.where) == ("unknown-destination", "queue_failover_overflow")


@pytest.mark.parametrize("name, file", [
    ("Sorry", "custom/sorry"), (" sORRY ", "custom/sorry"), ("custom/sorry", "custom/sorry"), ("Both", "custom/one&custom/two"),
    ("подождите & ЖДИТЕ", "custom/wait")])
def test_a_recording_is_found_by_its_name_or_file(name, file):
    row, findings = route(announce=name)
    assert findings == [] and row == "%s^%s^^" % (BUSY_ROW, file)


@pytest.mark.parametrize("name, code, told", [
    ("Sory", "unknown-recording", "Sorry"), ("", "unknown-recording", "name"), ("  ", "unknown-recording", "name"), (True, "unknown-recording", "name"),
    (["Sorry"], "unknown-recording", "name"), ({}, "unknown-recording", "name"), ("twin", "unknown-recording", "several"),
    ("Bad", "recording-file", "plain name"), ("Empty", "recording-file", "plain name"), ("Кириллица в имени", "recording-file", "plain name")])
def test_a_recording_that_cannot_be_played_is_refused_with_a_remedy(name, code, told):
    row, (finding,) = route(announce=name)
    assert row is None and (finding.code, finding.severity) == (code, "error") and told in finding.message + finding.remedy
    assert finding.where == "queue_failover_queues[0] (queue 600).routes.FULL"


def test_a_pbx_without_system_recordings_is_told_only_where_one_is_wanted():
    known = pbx(recordings=None)
    assert codes(compiled([{"queue": "600", "routes": {"FULL": dict(BUSY, announce="Sorry")}}], known)[1]) == ["module-missing"]
    assert compiled([{"queue": "600", "routes": {"FULL": BUSY}}], known)[1] == []


PREFIXES = ["Sales: ", "Продажи ", '"', "'", ";", "$", "${EXTEN}", "${SYSTEM(id)}", "$[1+1]", "^", "^^^", "%", "%41", ",", ")", "(", "[x]", "\\", "#exec x",
            "a,b,1)\\;", "{}", "|&!@*", "x" * 40, "😀" * 40, "ё" * 40, " ", 5, "0"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_prefix_is_any_text_of_1_to_40_printable_characters_and_comes_back_as_it_was(prefix):
    row, findings = route(caller_id_prefix=prefix)
    destination, announce, written, priority = row.split("^")
    assert findings == [] and unquote(written) == str(prefix) and (destination, announce, priority) == (BUSY_ROW, "", "")
    assert re.fullmatch(r"[A-Za-z0-9_.~-]|[A-Za-z0-9_.%~-]+", written)


@pytest.mark.parametrize("prefix", ["", "x" * 41, "a\nb", "a\rb", "\t", "\x00", "\x1b[1m", "\u2028", "\u202e", "\ud800", True, False, 1.5, ["a"], {}, 10 ** 40])
def test_another_prefix_is_refused_with_the_limit(prefix):
    row, (finding,) = route(caller_id_prefix=prefix)
    assert row is None and (finding.code, finding.severity) == ("caller-id-prefix", "error") and "40" in finding.remedy
    assert "\n" not in finding.message and "\r" not in finding.message


@pytest.mark.parametrize("priority", [0, 1, 9, 10, 19, 20, "0", "20"])
def test_a_priority_is_0_to_20(priority):
    assert route(set_priority=priority) == ("%s^^^%s" % (BUSY_ROW, priority), [])


@pytest.mark.parametrize("priority", [-1, 21, 100, "", "5 ", "x", "٥", True, False, 1.0, [1], {}, "1\n", "05"])
def test_another_priority_is_refused(priority):
    row, (finding,) = route(set_priority=priority)
    assert row is None and (finding.code, finding.severity) == ("set-priority", "error") and "0 to 20" in finding.remedy


def test_an_option_that_is_not_given_or_null_leaves_the_row_as_it_was():
    assert route() == (BUSY_ROW, []) and route(announce=None, caller_id_prefix=None, set_priority=None) == (BUSY_ROW, [])


def test_all_options_stand_in_one_row_in_their_places():
    assert route(announce="Sorry", caller_id_prefix="A^B", set_priority=7)[0] == BUSY_ROW + "^custom/sorry^A%5EB^7"


def test_every_wrong_option_of_one_route_is_told_at_once():
    _row, findings = route(announce="Sory", caller_id_prefix="", set_priority=99)
    assert codes(findings) == ["caller-id-prefix", "set-priority", "unknown-recording"]


def test_the_destination_of_a_row_is_what_stands_before_the_options():
    assert [tables.destination_of(row) for row in ("a,b,1", "a,b,1^x^y^1", "a,b,1^^^1", "", None)] == ["a,b,1", "a,b,1", "a,b,1", "", None]


@given(prefix=strategies.text(min_size=1, max_size=40).filter(str.isprintable), priority=strategies.integers(0, 20) | strategies.just(""))
def test_a_row_holds_only_characters_that_are_safe_in_a_dialplan_line(prefix, priority):
    row = tables.value("a,b,1", "custom/one&custom/two", prefix, priority)
    assert re.fullmatch(r"[A-Za-z0-9_.~%,/&^-]+", row)
    text = block([{"queue": "600", "failover": True, "routes": {"FULL": row}, "default": None, "default_from": "pbx", "former": None}])
    read = tables.read(dialplan.parse_contexts(text), "queue-failover")["600"]["FULL"]
    assert read == row and unquote(read.split("^")[2]) == prefix and read.split("^")[3] == str(priority)


def test_the_table_of_the_pbx_has_the_defaults_by_status_the_default_and_overflow():
    text = block(default="d,s,1", overflow="o,s,1", status_defaults={"FULL": "f,s,1"})
    assert tables.read(dialplan.parse_contexts(text), "queue-failover") == {"": {"FULL": "f,s,1", "default": "d,s,1", "overflow": "o,s,1"}}


def test_empty_is_spread_over_what_is_not_named_only():
    assert dict(statuses.expand({"EMPTY": 1, "JOINEMPTY": 2, "FULL": 3})) == {"JOINEMPTY": 2, "LEAVEEMPTY": 1, "FULL": 3}
    assert dict(statuses.expand({"FULL": 3})) == {"FULL": 3}


@pytest.mark.parametrize("version", ["", "16.28.0"])
def test_every_status_may_be_a_default_of_the_pbx(version):
    found, findings = compiled([], pbx(asterisk_version=version), status_defaults={status: BUSY for status in statuses.STATUSES})
    assert findings == [] and set(found["status_defaults"]) == set(statuses.STATUSES) and routes.STATUS_DEFAULTS == "queue_failover_status_defaults"

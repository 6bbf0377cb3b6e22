# SPDX-License-Identifier: GPL-3.0-or-later
"""From the YAML to the routes of one PBX (issue 2 "What the user writes", FREEPBX.md section 1)."""
import pytest
from ansible.module_utils.freepbx_failover import routes
from ansible.module_utils.freepbx_failover.findings import as_dict, errors, sentence

HANGUP = "app-blackhole,hangup,1"


def pbx(**changes):
    known = {
        "queues": {number: {} for number in ("600", "601", "602", "01600")},
        "objects": {"queue": [("600", "Sales"), ("601", "Support"), ("602", ""), ("01600", "Overflow")], "voicemail": [("200", "Alice")],
                    "extension": [("200", "Alice")], "ring_group": [("610", "Group")]},
        "asterisk_version": "16.28.0",
        "former": {"600": "ext-local,vmu200,1", "601": "", "602": "ext-group,610,1", "01600": HANGUP},
    }
    return dict(known, **changes)


def compiled(queues, default=None, **changes):
    return routes.compile_routes(queues, default or {"terminate": "hangup"}, pbx(**changes))


def one(wish, **changes):
    found, findings = compiled([dict({"queue": "600"}, **wish)], **changes)
    return found["queues"][0], findings


def codes(findings):
    return sorted(finding.code for finding in findings)


def test_the_wish_of_the_issue_becomes_the_routes_of_the_issue():
    found, findings = compiled([{
        "queue": "600", "max_wait": 60, "join_empty": "strict", "leave_when_empty": "strict",
        "routes": {"LEAVEEMPTY": {"custom": "check-callstate,s-BUSY,1"}, "TIMEOUT": {"queue": "01600"}}, "default": {"terminate": "busy"}}])
    assert findings == []
    assert found["default"] == HANGUP
    entry = found["queues"][0]
    assert (entry["queue"], entry["failover"], entry["default"], entry["default_from"]) == ("600", True, "app-blackhole,busy,1", "yaml")
    assert entry["routes"] == {"LEAVEEMPTY": "check-callstate,s-BUSY,1", "TIMEOUT": "ext-queues,01600,1"}
    assert entry["settings"] == {"max_wait": "60", "join_empty": "strict", "leave_when_empty": "strict"}


def test_every_mistake_is_found_at_once():
    _found, findings = compiled([
        {"queue": "999"},
        {"queue": "600", "max_wait": "soon", "join_empty": "maybe", "leave_when_empty": "never", "colour": "red",
         "routes": {"BUSY": {"terminate": "hangup"}, "TIMEOUT": {"fax": "1"}, "FULL": {"queue": "777"}}, "default": {"custom": "x"}},
        "601",
        {"routes": {}},
    ], default={"terminate": "explode"})
    assert codes(errors(findings)) == sorted([
        "unknown-word", "unknown-queue", "max-wait", "unknown-word", "unknown-word", "unknown-key", "unknown-status", "unknown-kind",
        "unknown-destination", "destination-form", "queue-form", "queue-form"])


def test_a_finding_names_variable_queue_and_status_and_the_remedy():
    _entry, findings = one({"routes": {"TIMEOUT": {"queue": "777"}}})
    text = sentence(findings[0])
    assert text.startswith("queue_failover_queues[0] (queue 600).routes.TIMEOUT: ") and "777" in text and ";" in text
    assert as_dict(findings[0])["sentence"] == text and as_dict(findings[0])["severity"] == "error"


def test_a_mistake_in_the_default_of_the_pbx_names_its_variable():
    assert compiled([], default={"terminate": "explode"})[1][0].where == "queue_failover_default"


def test_a_queue_without_default_keeps_its_former_destination_as_default():
    entry, findings = one({"routes": {"TIMEOUT": {"queue": "601"}}})
    assert (entry["default"], entry["default_from"], entry["former"]) == ("ext-local,vmu200,1", "former", "ext-local,vmu200,1")
    assert errors(findings) == []


def test_a_default_in_the_yaml_wins_over_the_former_destination_which_is_still_remembered():
    entry, _findings = one({"default": {"terminate": "busy"}})
    assert (entry["default"], entry["default_from"], entry["former"]) == ("app-blackhole,busy,1", "yaml", "ext-local,vmu200,1")


def test_a_queue_that_had_no_destination_gets_the_default_of_the_pbx():
    found, _findings = compiled([{"queue": "601", "routes": {"TIMEOUT": {"queue": "600"}}}])
    assert (found["queues"][0]["default"], found["queues"][0]["default_from"]) == (None, "pbx")


@pytest.mark.parametrize("former", ["ctx,${X},1", 'ctx,"s",1', "ctx;x,s,1"])
def test_a_former_destination_that_would_break_a_dialplan_line_is_an_error_with_its_remedy(former):
    _entry, findings = one({"routes": {"TIMEOUT": {"queue": "601"}}}, former={"600": former})
    assert codes(errors(findings)) == ["former-destination"] and "default" in findings[0].remedy


def test_a_queue_without_routes_and_default_gets_its_settings_only():
    entry, findings = one({"max_wait": 60})
    assert (entry["failover"], entry["routes"], entry["default"], entry["settings"]) == (False, {}, None, {"max_wait": "60"})
    assert findings == []


def test_what_is_not_given_is_not_set():
    assert one({"default": {"terminate": "busy"}})[0]["settings"] == {}


@pytest.mark.parametrize("value, stored", [
    (True, "yes"), (False, "no"), ("yes", "yes"), ("no", "no"), ("strict", "strict"), ("loose", "loose"),
    ("ultra_strict", "penalty,paused,invalid,unavailable,inuse,ringing")])
@pytest.mark.parametrize("key", ["join_empty", "leave_when_empty"])
def test_the_empty_policies_are_taken_as_words_and_as_the_booleans_yaml_makes_of_them(key, value, stored):
    entry, findings = one({key: value})
    assert entry["settings"] == {key: stored} and findings == []


@pytest.mark.parametrize("value", ["maybe", "Yes", "ultra-strict", 1, 0, ["strict"], {"yes": 1}, "penalty,paused"])
@pytest.mark.parametrize("key", ["join_empty", "leave_when_empty"])
def test_another_word_for_the_empty_policies_is_an_error_that_lists_the_words(key, value):
    entry, findings = one({key: value})
    assert codes(errors(findings)) == ["unknown-word"] and "ultra_strict" in findings[0].remedy and key in findings[0].where
    assert entry["settings"] == {}


@pytest.mark.parametrize("value, stored", [(1, "1"), (60, "60"), ("60", "60"), (" 60 ", "60"), ("060", "60"), (7200, "7200"), ("unlimited", "")])
def test_max_wait_is_stored_as_freepbx_stores_it_and_unlimited_is_the_empty_string(value, stored):
    entry, findings = one({"max_wait": value})
    assert entry["settings"] == {"max_wait": stored} and findings == []


@pytest.mark.parametrize("value", [0, "0", "00", True, False, "", "none", "soon", -1, "-1", 1.5, "1.5", "60s", [60], 123456789, "٦٠"])
def test_a_max_wait_that_is_no_time_or_would_throw_every_caller_out_is_an_error(value):
    entry, findings = one({"max_wait": value})
    assert codes(errors(findings)) == ["max-wait"] and entry["settings"] == {}


@pytest.mark.parametrize("value", [31, 56, 90, 1199, 7201, 99999999])
def test_a_max_wait_that_the_gui_cannot_show_is_a_warning(value):
    entry, findings = one({"max_wait": value})
    assert codes(findings) == ["max-wait-gui"] and errors(findings) == [] and entry["settings"] == {"max_wait": str(value)}


@pytest.mark.parametrize("first, second", [("600", "600"), (600, "600"), ("600", 600), (" 600", "600")])
def test_a_queue_that_stands_twice_is_an_error_however_it_is_written(first, second):
    _found, findings = compiled([{"queue": first}, {"queue": second}])
    assert codes(errors(findings)) == ["queue-twice"] and "[1]" in findings[0].where


def test_the_queue_600_and_0600_are_two_queues():
    known = pbx(queues={"600": {}, "0600": {}}, former={})
    _found, findings = routes.compile_routes([{"queue": "600"}, {"queue": "0600"}], {"terminate": "hangup"}, known)
    assert findings == []


def test_an_unknown_queue_says_what_it_looked_for_and_names_the_octal_trap():
    _found, findings = compiled([{"queue": 0o1600}])
    text = sentence(findings[0])
    assert findings[0].code == "unknown-queue" and "896" in text and '"01600"' in text and "octal" in text


@pytest.mark.parametrize("value", [True, None, ["600"], {"a": 1}, 6.5, "", "60O", "600;", "600\n601", "x" * 300])
def test_a_queue_that_is_no_number_is_an_error_and_stops_nothing_else(value):
    found, findings = compiled([{"queue": value}, {"queue": "601", "max_wait": 60}])
    assert len(errors(findings)) == 1 and [entry["queue"] for entry in found["queues"]] == ["601"]
    assert "\n" not in sentence(findings[0]) and len(sentence(findings[0])) < 600


def test_a_list_that_is_not_set_is_an_error_of_its_own_since_an_empty_one_gives_every_queue_back():
    found, findings = routes.compile_routes(None, {"terminate": "hangup"}, pbx())
    assert codes(errors(findings)) == ["no-list"] and found["queues"] == []


@pytest.mark.parametrize("queues", ["600", {"queue": "600"}, 600])
def test_a_list_of_queues_that_is_no_list_is_an_error(queues):
    found, findings = routes.compile_routes(queues, {"terminate": "hangup"}, pbx())
    assert codes(errors(findings)) == ["queue-form"] and found["queues"] == []


@pytest.mark.parametrize("wish", ["TIMEOUT", ["TIMEOUT"], 1, True])
def test_routes_that_are_no_mapping_are_an_error(wish):
    assert codes(errors(one({"routes": wish})[1])) == ["routes-form"]


@pytest.mark.parametrize("status", ["TIMEOUT", "FULL", "JOINEMPTY", "LEAVEEMPTY", "CONTINUE", "UNKNOWN", "WITHDRAW"])
def test_every_status_asterisk_can_set_may_be_a_route(status):
    entry, findings = one({"routes": {status: {"terminate": "busy"}}})
    assert entry["routes"] == {status: "app-blackhole,busy,1"} and findings == []


def test_withdraw_on_an_asterisk_that_cannot_set_it_is_a_warning():
    assert codes(one({"routes": {"WITHDRAW": {"terminate": "busy"}}}, asterisk_version="13.38.3")[1]) == ["status-version"]


@pytest.mark.parametrize("status", ["JOINUNAVAIL", "LEAVEUNAVAIL"])
def test_a_status_that_is_never_set_is_said(status):
    assert codes(one({"routes": {status: {"terminate": "busy"}}})[1]) == ["status-never-set"]


@pytest.mark.parametrize("status", ["timeout", "LEAVEMPTY", "BUSY", "default", 5, True, "TIMEOUT ", ""])
def test_an_unknown_status_is_an_error_that_lists_the_statuses(status):
    _entry, findings = one({"routes": {status: {"terminate": "busy"}}})
    assert codes(errors(findings)) == ["unknown-status"] and "LEAVEEMPTY" in findings[0].remedy


@pytest.mark.parametrize("status, near", [("LEAVEMPTY", "LEAVEEMPTY"), ("timeout", "TIMEOUT")])
def test_an_unknown_status_names_the_nearest(status, near):
    assert "nearest: %s" % near in one({"routes": {status: {"terminate": "busy"}}})[1][0].remedy


@pytest.mark.parametrize("name", ["queue-failover", "a", "x" * 46, "Q_1-2", "qf600"])
def test_a_context_name_of_1_to_46_letters_digits_underscores_and_dashes_is_taken(name):
    assert routes.check_context(name) == []


@pytest.mark.parametrize("name", ["", "x" * 47, "a b", "a,b", "a;b", "очередь", "a\n", "a]", "${X}", "a.b", None, 5, True, ["a"]])
def test_another_context_name_is_an_error_that_names_the_variable(name):
    findings = routes.check_context(name)
    assert codes(errors(findings)) == ["context-name"] and findings[0].where == "queue_failover_context"


@pytest.mark.parametrize("name", ["from-internal", "ext-queues", "app-blackhole", "general", "globals", "macro-hangupcall", "ivr-1", "EXT-local",
                                  "customdests", "timeconditions", "from-did-direct", "directory"])
def test_a_name_that_freepbx_uses_itself_is_an_error(name):
    assert codes(errors(routes.check_context(name))) == ["context-name"]


def test_only_the_kinds_that_are_used_are_asked_for():
    wishes = [{"queue": "600", "default": {"voicemail": "200"}, "routes": {"FULL": {"queue": "601"}, "TIMEOUT": {"fax": 1}}}, "x", {"routes": "y"}]
    assert routes.kinds_used(wishes, {"terminate": "hangup"}) == ["queue", "terminate", "voicemail"]


@pytest.mark.parametrize("queue, remedy", [("999", "take it off the list"), (896, '"01600"')])
def test_a_former_destination_of_a_queue_that_is_not_there_is_told(queue, remedy):
    (found,) = routes.check_formers({queue: "app-blackhole,hangup,1"}, [], {"01600": {}})
    assert found.code == "unknown-queue" and "queue_failover_former_destinations[%s]" % queue == found.where and remedy in found.remedy


@pytest.mark.parametrize("notes, good", [("two\nlines\tand a tab", True), ("очередь", True), ("a\0b", False), ("a\x1bb", False)])
def test_notes_may_have_lines_but_no_control_characters(notes, good):
    assert (routes.check_names("x", notes) == []) is good

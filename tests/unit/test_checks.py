# SPDX-License-Identifier: GPL-3.0-or-later
"""Every finding about routes that can be resolved: code, severity, remedy, and silence without the cause (issue 3 points 2 and 3)."""
import pytest
from ansible.module_utils.freepbx_failover import checks
from ansible.module_utils.freepbx_failover.findings import error, errors, sentence, warning
from made_up import checked, codes, compiled, of, pbx, row

OUT = {"terminate": "busy"}
ULTRA = "penalty,paused,invalid,unavailable,inuse,ringing"


def one(routes, known=None, **settings):
    return checked([dict({"queue": "600", "routes": routes}, **settings)], known)


def with_row(**changes):
    return pbx({"600": row(**changes)})


NEVER = [
    ("JOINEMPTY", {"join_empty": "yes"}, "join_empty"), ("JOINEMPTY", {"join_empty": None}, "join_empty"),
    ("LEAVEEMPTY", {"leave_when_empty": "no"}, "leave_when_empty"), ("LEAVEEMPTY", {"leave_when_empty": None}, "leave_when_empty"),
    ("FULL", {"maxlen": "0"}, "Max Callers"), ("FULL", {"maxlen": None}, "Max Callers"), ("FULL", {"maxlen": ""}, "Max Callers"),
    ("TIMEOUT", {"max_wait": ""}, "max_wait")]


@pytest.mark.parametrize("status, changes, told", NEVER)
def test_a_route_that_the_settings_of_the_queue_never_let_fire_is_a_warning_with_its_remedy(status, changes, told):
    (finding,) = one({status: OUT}, with_row(**changes))
    assert (finding.code, finding.severity) == ("never-fires", "warning") and told in finding.remedy
    assert finding.where == "queue_failover_queues[0] (queue 600).routes.%s" % status and "never" in sentence(finding)


@pytest.mark.parametrize("status, changes", [
    ("JOINEMPTY", {"join_empty": "no"}), ("JOINEMPTY", {"join_empty": "strict"}), ("JOINEMPTY", {"join_empty": "loose"}), ("JOINEMPTY", {"join_empty": ULTRA}),
    ("LEAVEEMPTY", {"leave_when_empty": "yes"}), ("LEAVEEMPTY", {"leave_when_empty": "strict"}), ("LEAVEEMPTY", {"leave_when_empty": "loose"}),
    ("LEAVEEMPTY", {"leave_when_empty": ULTRA}), ("FULL", {"maxlen": "1"}), ("TIMEOUT", {"max_wait": "1"}),
    ("CONTINUE", {}), ("UNKNOWN", {}), ("WITHDRAW", {})])
def test_a_route_that_can_fire_is_not_doubted(status, changes):
    others = {"join_empty": "yes", "leave_when_empty": "no", "maxlen": "0", "max_wait": ""}
    assert one({status: OUT}, with_row(**dict(others, **changes))) == []


@pytest.mark.parametrize("status, setting, off, on", [
    ("JOINEMPTY", "join_empty", True, False), ("LEAVEEMPTY", "leave_when_empty", False, True), ("TIMEOUT", "max_wait", "unlimited", 60)])
def test_the_settings_of_the_yaml_count_and_not_those_they_replace(status, setting, off, on):
    assert codes(one({status: OUT}, **{setting: off})) == ["never-fires"]
    assert one({status: OUT}, with_row(join_empty="yes", leave_when_empty="no", max_wait=""), **{setting: on}) == []


def test_empty_is_doubted_only_if_neither_way_can_fire():
    assert one({"EMPTY": OUT}, with_row(join_empty="yes")) == [] and one({"EMPTY": OUT}, with_row(leave_when_empty="no")) == []
    assert set(codes(one({"EMPTY": OUT}, with_row(join_empty="yes", leave_when_empty="no")))) == {"never-fires"}


def test_an_exact_word_beside_empty_is_doubted_for_itself():
    (finding,) = one({"EMPTY": OUT, "JOINEMPTY": OUT}, with_row(join_empty="yes"))
    assert finding.where.endswith("JOINEMPTY")


def test_every_route_that_never_fires_is_told_at_once():
    known = with_row(join_empty="yes", leave_when_empty="no", maxlen="0", max_wait="")
    assert codes(one(dict.fromkeys(["JOINEMPTY", "LEAVEEMPTY", "FULL", "TIMEOUT"], OUT), known)) == ["never-fires"] * 4


@pytest.mark.parametrize("setting", ["join_empty", "leave_when_empty"])
def test_a_policy_the_gui_would_lose_is_a_warning_unless_the_yaml_sets_it(setting):
    known = with_row(**{setting: "penalty,paused"})
    (finding,) = one({"CONTINUE": OUT}, known)
    assert (finding.code, finding.severity) == ("empty-policy-gui", "warning") and "penalty,paused" in finding.message and finding.where.endswith(setting)
    assert "say" in finding.remedy and one({"CONTINUE": OUT}, known, **{setting: "strict"}) == []


@pytest.mark.parametrize("value", ["yes", "no", "strict", "loose", ULTRA, None])
def test_a_policy_the_gui_can_show_is_not_doubted(value):
    assert one({"CONTINUE": OUT}, with_row(join_empty=value, leave_when_empty=value)) == []


def test_an_override_file_that_defines_priorities_of_a_queue_is_a_warning_that_names_the_place():
    place = "/etc/asterisk/extensions_override_freepbx.conf line 7"
    (finding,) = one({"FULL": OUT}, pbx(overrides={"600": [place], "601": ["elsewhere"]}))
    assert (finding.code, finding.severity) == ("override", "warning") and place in finding.message and "600" in finding.where and finding.remedy


def test_a_virtual_queue_that_goes_past_the_fail_over_is_a_warning_that_names_the_place():
    (finding,) = one({"FULL": OUT}, pbx(virtual=["/etc/asterisk/x.conf line 3"]))
    assert (finding.code, finding.severity, finding.where) == ("virtual-queue", "warning", "/etc/asterisk/x.conf line 3") and "VQ_DEST" in finding.message


MISREPORTING = ["13.16.0", "13.18.4", "13.22.0", "14.5.0", "14.6.2", "14.7.8", "15.0.0", "15.5.0", "16.0.0", "16.0.1"]


@pytest.mark.parametrize("version", MISREPORTING)
def test_an_asterisk_that_reports_leaveempty_as_continue_is_a_warning(version):
    (finding,) = of("asterisk-misreports", one({"CONTINUE": OUT}, pbx(asterisk_version=version)))
    assert finding.severity == "warning" and version in finding.message and "CONTINUE" in finding.message and "update" in finding.remedy


@pytest.mark.parametrize("version", ["13.15.1", "13.23.0", "14.4.1", "14.7.9", "15.6.0", "16.0.2", "16.1.0", "16.28.0", "18.0.0", "22.10.0", "", "unknown"])
def test_another_asterisk_is_not_said_to_misreport(version):
    assert one({"CONTINUE": OUT}, pbx(asterisk_version=version)) == []


def test_a_queue_without_a_fail_over_of_ours_does_not_care_what_asterisk_reports():
    assert checked([{"queue": "600", "max_wait": 60}], pbx(asterisk_version="16.0.0")) == []


def derived(routes, row_changes, **settings):
    known = with_row(**row_changes)
    found, findings = compiled([dict({"queue": "600", "routes": routes}, **settings)], known)
    assert errors(findings) == []
    said = checks.derive(found, known)
    return found["queues"][0]["settings"], said, checks.check(found, known)


@pytest.mark.parametrize("agents, policy", [(0, "loose"), (3, "strict")])
@pytest.mark.parametrize("status, setting, off", [
    ("JOINEMPTY", "join_empty", "yes"), ("LEAVEEMPTY", "leave_when_empty", "no"), ("JOINEMPTY", "join_empty", None)])
def test_the_mildest_policy_that_lets_a_route_fire_is_derived_and_said(status, setting, off, agents, policy):
    settings, (finding,), later = derived({status: OUT}, {setting: off, "static_agents": agents})
    assert settings == {setting: policy} and (finding.code, finding.severity) == ("derived-policy", "warning")
    assert setting in finding.message and policy in finding.message and "600" in finding.where and later == []


def test_empty_has_both_policies_derived():
    assert derived({"EMPTY": OUT}, {"join_empty": "yes", "leave_when_empty": "no"})[0] == {"join_empty": "strict", "leave_when_empty": "strict"}


@pytest.mark.parametrize("routes, changes, settings", [
    ({"JOINEMPTY": OUT}, {"join_empty": "no"}, {}), ({"FULL": OUT}, {"join_empty": "yes", "leave_when_empty": "no", "maxlen": "5"}, {}),
    ({"JOINEMPTY": OUT}, {"join_empty": "yes"}, {"join_empty": "yes"}), ({"LEAVEEMPTY": OUT}, {"leave_when_empty": "no"}, {"leave_when_empty": False})])
def test_nothing_is_derived_where_a_route_can_fire_or_none_needs_it_or_the_yaml_says_it(routes, changes, settings):
    found, said, _later = derived(routes, changes, **settings)
    assert said == [] and set(found) == set(settings)


FOUND = [warning("loop-waiting", "w", "m", "r"), error("loop", "w", "m", "r"), error("unknown-queue", "w", "m", "r")]


@pytest.mark.parametrize("severities, left", [
    ({}, [("loop-waiting", "warning"), ("loop", "error"), ("unknown-queue", "error")]),
    ({"loop-waiting": "error"}, [("loop-waiting", "error"), ("loop", "error"), ("unknown-queue", "error")]),
    ({"loop": "warning"}, [("loop-waiting", "warning"), ("loop", "warning"), ("unknown-queue", "error")]),
    ({"loop": "ignore", "loop-waiting": "ignore"}, [("unknown-queue", "error")]),
    ({"never-fires": "error"}, [("loop-waiting", "warning"), ("loop", "error"), ("unknown-queue", "error")])])
def test_an_administrator_says_which_findings_are_errors(severities, left):
    assert [(finding.code, finding.severity) for finding in checks.judged(FOUND, severities)] == left


@pytest.mark.parametrize("code, word", [
    ("loops", "error"), ("unknown-queue", "ignore"), ("loop", "fatal"), ("loop", "Error"), ("loop", ""), ("loop", None), ("loop", True), ("loop", ["error"])])
def test_a_code_or_word_that_is_none_is_an_error_of_its_own_and_hides_nothing(code, word):
    found = checks.judged(FOUND, {code: word})
    (own,) = of("severity", found)
    assert own.severity == "error" and own.where == "queue_failover_finding_severity.%s" % code and "loop-waiting" in own.remedy
    assert of("unknown-queue", found) == [FOUND[2]]


def test_every_mistake_in_the_severities_is_told_at_once():
    assert codes(checks.judged([], {"a": "error", "b": "error", "loop": "x"})) == ["severity"] * 3


@pytest.mark.parametrize("code", ["never-fires", "max-wait-gui", "empty-policy-gui", "override", "virtual-queue", "loop", "loop-waiting", "status-never-set",
                                  "status-version", "asterisk-hangs-up", "asterisk-misreports", "derived-policy"])
def test_the_codes_of_the_issue_are_stable_words_that_can_be_judged(code):
    assert checks.judged([warning(code, "w", "m", "r")], {code: "ignore"}) == []
    assert checks.judged([warning(code, "w", "m", "r")], {code: "error"}) == [error(code, "w", "m", "r")]


@pytest.mark.parametrize("code", ["unknown-destination", "ambiguous-name", "module-missing", "overflow-queue", "unknown-status", "context-conflict"])
def test_what_cannot_be_carried_out_is_always_an_error(code):
    finding = error(code, "w", "m", "r")
    assert finding in checks.judged([finding], {code: "ignore"})


def test_findings_of_every_queue_are_told_with_its_place_in_the_list():
    found = checked([{"queue": "600", "routes": {"FULL": OUT}}, {"queue": "601", "routes": {"FULL": OUT}}],
                    pbx({"600": row(maxlen="0"), "601": row(maxlen="0")}))
    assert [finding.where for finding in found] == ["queue_failover_queues[%d] (queue 60%d).routes.FULL" % (index, index) for index in (0, 1)]

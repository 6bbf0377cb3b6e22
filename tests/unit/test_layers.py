# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixed fleets: the site's list, those of a PBX's groups and its own, merged queue by queue (issue 5 point 3, docs/fleets.md)."""
import contextlib
import copy
import types

import pytest
import yaml
from ansible.module_utils.freepbx_failover import asterisk, checks, database, layers, routes, statuses, step_routes
from ansible.module_utils.freepbx_failover.findings import as_dict, errors, sentence
from checkout import ROOT
from hypothesis import given
from hypothesis import strategies as st
from made_up import codes, pbx, row

SITE, HOST, G13, NIGHT = "queue_failover_queues", "queue_failover_host_queues", "queue_failover_group_queues_freepbx_13", "queue_failover_group_queues_night"
BUSY, RING, HANGUP, MAIL = {"terminate": "busy"}, {"terminate": "ring"}, {"terminate": "hangup"}, {"voicemail": "200"}


def over(*pairs):
    return [{"variable": variable, "queues": queues} for variable, queues in pairs]


def merged(site, *pairs):
    """The merged list of layers that must be without a fault."""
    queues, _items, findings = layers.merge(site, over(*pairs))
    assert findings == []
    return queues


def on_host(below, above):
    """One queue of the site's list with what the host says of it."""
    (queue,) = merged([dict(below, queue="600")], (HOST, [dict(above, queue="600")]))
    return {key: value for key, value in queue.items() if key != "queue"}


def found(site, *pairs, known=None, **wish):
    """Every finding as step 1 says it, by layers, rules and checks."""
    known = known or pbx()
    queues, items, wrong = layers.merge(site, over(*pairs))
    compiled, findings = routes.compile_routes(queues, wish.get("default", HANGUP), known)
    if not errors(findings):
        findings = findings + checks.check(compiled, known)
    return layers.placed(findings, items) + wrong


def the_one(*args, **more):
    (finding,) = found(*args, **more)
    return finding


# What is merged.

def test_without_layers_the_list_is_handed_on_as_it_is():
    site = [{"queue": "600", "routes": {"FULL": None}}, "x", {"queue": "600"}]
    assert layers.merge(site, [])[0] is site


def test_an_item_replaces_the_settings_it_names_and_leaves_the_others():
    assert on_host({"max_wait": 60, "join_empty": "strict", "default": BUSY}, {"max_wait": 30}) == {"max_wait": 30, "join_empty": "strict", "default": BUSY}


def test_routes_are_merged_status_by_status():
    below = {"routes": {"TIMEOUT": {"queue": "601"}, "FULL": BUSY}}
    assert on_host(below, {"routes": {"TIMEOUT": RING}}) == {"routes": {"TIMEOUT": RING, "FULL": BUSY}}
    assert on_host({"max_wait": 60}, {"routes": {"TIMEOUT": RING}}) == {"max_wait": 60, "routes": {"TIMEOUT": RING}}


def test_a_destination_is_replaced_as_a_whole_with_its_options():
    below = {"routes": {"FULL": {"queue": "601", "announce": "hello"}}, "default": {"voicemail": "200", "greeting": "busy"}}
    assert on_host(below, {"routes": {"FULL": {"queue": "602"}}, "default": MAIL}) == {"routes": {"FULL": {"queue": "602"}}, "default": MAIL}


@pytest.mark.parametrize("setting", ["max_wait", "join_empty", "leave_when_empty", "default", "routes"])
def test_null_takes_a_setting_out(setting):
    below = {"max_wait": 60, "join_empty": "strict", "leave_when_empty": "no", "default": BUSY, "routes": {"FULL": BUSY}}
    assert on_host(below, {setting: None}) == {key: value for key, value in below.items() if key != setting}
    assert on_host({}, {setting: None}) == {}


def test_what_a_layer_took_out_does_not_come_back_with_the_next():
    site = [{"queue": "600", "max_wait": 60, "routes": {"FULL": BUSY, "TIMEOUT": BUSY}}]
    group = [{"queue": "600", "max_wait": None, "routes": None}]
    assert merged(site, (G13, group), (HOST, [{"queue": "600", "routes": {"TIMEOUT": RING}}])) == [{"queue": "600", "routes": {"TIMEOUT": RING}}]


def test_null_takes_one_status_out_and_asks_for_none_to_be_there():
    assert on_host({"routes": {"FULL": BUSY, "TIMEOUT": RING}}, {"routes": {"FULL": None}}) == {"routes": {"TIMEOUT": RING}}
    assert on_host({"routes": {"TIMEOUT": RING}}, {"routes": {"FULL": None}}) == {"routes": {"TIMEOUT": RING}}


def test_null_for_a_status_that_is_none_is_an_error_as_its_route_would_stay():
    site = [{"queue": "600", "routes": {"FULL": BUSY}}]
    assert "unknown-status" in codes(errors(found(site, (HOST, [{"queue": "600", "routes": {"FUL": None}}]))))
    assert codes(errors(found(site, (HOST, [{"queue": "600", "max_wiat": None}])))) == ["unknown-key"]


@pytest.mark.parametrize("below, above, result", [
    ({"LEAVEEMPTY": BUSY, "JOINEMPTY": BUSY}, {"EMPTY": RING}, {"EMPTY": RING}),
    ({"LEAVEEMPTY": BUSY, "FULL": BUSY}, {"EMPTY": None}, {"FULL": BUSY}),
    ({"EMPTY": BUSY}, {"LEAVEEMPTY": RING}, {"EMPTY": BUSY, "LEAVEEMPTY": RING}),
    ({"EMPTY": BUSY}, {"LEAVEEMPTY": None}, {"JOINEMPTY": BUSY}),
    ({"EMPTY": BUSY, "JOINEMPTY": RING}, {"LEAVEEMPTY": None}, {"JOINEMPTY": RING}),
    ({"EMPTY": BUSY}, {"EMPTY": None}, {}),
    ({}, {"EMPTY": RING, "LEAVEEMPTY": None}, {"JOINEMPTY": RING}),
    ({"EMPTY": BUSY, "LEAVEEMPTY": BUSY}, {"EMPTY": None, "JOINEMPTY": RING}, {"JOINEMPTY": RING})])
def test_empty_names_both_exact_words_in_a_layer_too(below, above, result):
    assert on_host({"routes": below}, {"routes": above}) == {"routes": result}


def test_a_queue_that_stands_in_no_list_below_is_added_behind_them():
    assert merged([{"queue": "600"}], (HOST, [{"queue": "602", "max_wait": 20}, {"queue": "600", "max_wait": 5}])) == [
        {"queue": "600", "max_wait": 5}, {"queue": "602", "max_wait": 20}]


def test_absent_takes_the_queue_off_and_a_layer_above_may_add_it_anew():
    site = [{"queue": "600", "max_wait": 9}, {"queue": "601"}]
    assert merged(site, (G13, [{"queue": "600", "state": "absent"}])) == [{"queue": "601"}]
    assert merged(site, (G13, [{"queue": "600", "state": "absent"}]), (HOST, [{"queue": "600", "join_empty": "no"}])) == [
        {"queue": "601"}, {"queue": "600", "join_empty": "no"}]


@pytest.mark.parametrize("below, above", [("600", 600), (600, "600"), (" 600", "600"), ("600", "600 ")])
def test_the_number_is_compared_as_text_and_stays_as_the_lowest_list_writes_it(below, above):
    assert merged([{"queue": below}], (HOST, [{"queue": above, "max_wait": 5}])) == [{"queue": below, "max_wait": 5}]


def test_600_and_0600_are_two_queues():
    assert len(merged([{"queue": "600"}], (HOST, [{"queue": "0600"}]))) == 2


def test_an_empty_list_below_is_a_list():
    assert merged([], (HOST, [{"queue": "600"}])) == [{"queue": "600"}] and merged([{"queue": "600"}], (HOST, [])) == [{"queue": "600"}]


def test_the_order_is_that_of_the_names_and_the_hosts_own_comes_last_in_whatever_order_they_are_given():
    said = [(HOST, 1), ("queue_failover_group_queues", 2), (NIGHT, 3), (G13, 4), ("queue_failover_group_queues_z", 5)]
    pairs = [(variable, [{"queue": "600", "max_wait": number, number_key(number): "no"}]) for variable, number in said]
    for order in (pairs, pairs[::-1]):
        queues, (item,), _findings = layers.merge([{"queue": "600", "max_wait": 9}], over(*order))
        assert item.places == ["%s[0]" % name for name in (SITE, "queue_failover_group_queues", G13, NIGHT, "queue_failover_group_queues_z", HOST)]
        assert queues[0]["max_wait"] == 1


def number_key(number):
    return "join_empty" if number % 2 else "leave_when_empty"


def test_what_was_given_is_not_changed():
    site, pairs = [{"queue": "600", "routes": {"FULL": BUSY}}], over((HOST, [{"queue": "600", "routes": {"FULL": None, "TIMEOUT": RING}, "max_wait": 5}]))
    before = copy.deepcopy((site, pairs))
    layers.merge(site, pairs)
    assert (site, pairs) == before


NUMBERS, TO = st.sampled_from(["600", "601", 602]), st.sampled_from([BUSY, RING, None])
ROUTES = st.one_of(st.none(), st.dictionaries(st.sampled_from(["TIMEOUT", "FULL", "EMPTY", "JOINEMPTY", "LEAVEEMPTY"]), TO, max_size=4))
SETTINGS = st.fixed_dictionaries({}, optional={"max_wait": st.sampled_from([5, 6, None]), "default": TO, "routes": ROUTES})
LAYER = st.dictionaries(NUMBERS, SETTINGS, max_size=3).map(lambda found: [dict(wish, queue=queue) for queue, wish in found.items()])


@given(LAYER, LAYER, LAYER)
def test_two_layers_are_one_after_the_other(site, lower, higher):
    at_once = merged(site, (G13, lower), (HOST, higher))
    assert at_once == merged(merged(site, (G13, lower)), (HOST, higher))


@given(LAYER, LAYER)
def test_what_a_layer_says_is_so_in_the_end(site, layer):
    wishes = {str(queue["queue"]): queue for queue in merged(site, (HOST, layer))}
    for item in layer:
        wish = wishes[str(item["queue"])]
        assert all(wish.get(key) == value for key, value in item.items() if key in ("max_wait", "default"))
        ways = statuses.expand(wish.get("routes") or {})
        assert all(ways.get(status) == to for status, to in statuses.expand(item.get("routes") or {}).items())


@given(LAYER, LAYER)
def test_a_layer_twice_is_a_layer_once(site, layer):
    assert merged(site, (G13, layer), (HOST, layer)) == merged(site, (HOST, layer))


# What is refused.

def test_a_list_that_got_lost_is_still_an_error_though_a_layer_gives_queues():
    assert layers.merge(None, over((HOST, [{"queue": "600"}]))) == (None, [], [])
    assert codes(found(None, (HOST, [{"queue": "600"}]))) == ["no-list"]


@pytest.mark.parametrize("queues", ["600", {"queue": "600"}, 600, None, True])
@pytest.mark.parametrize("variable", [HOST, NIGHT])
def test_a_layer_that_is_no_list_is_an_error_that_names_it_and_the_others_are_looked_through_too(variable, queues):
    findings = found([{"queue": "600", "max_wait": "soon"}], (variable, queues), (G13, [{"queue": "601", "max_wait": "later"}]))
    assert codes(findings) == ["max-wait", "max-wait", "queue-form"]
    assert [finding.where for finding in findings if finding.code == "queue-form"] == [variable]


@pytest.mark.parametrize("given_so", ["[{'variable': 'x', 'queues': datetime.date(2026, 1, 1)}]", {"a": 1}, ["x"], [{"variable": HOST}]])
def test_layers_that_cannot_be_read_are_an_error(given_so):
    queues, items, findings = layers.merge([{"queue": "600"}], given_so)
    assert (queues, items, codes(findings)) == ([{"queue": "600"}], [], ["queue-form"]) and HOST in findings[0].where


@pytest.mark.parametrize("item", ["600", None, 600, {}, {"max_wait": 5}, [{"queue": "600"}]])
def test_an_item_of_a_layer_without_a_queue_is_named_where_it_stands(item):
    finding = the_one([{"queue": "600"}], (HOST, [{"queue": "600"}, item]))
    assert (finding.code, finding.where) == ("queue-form", HOST + "[1]")


@pytest.mark.parametrize("number", [True, None, ["600"], {"a": 1}, 6.5, "", "60O"])
def test_an_item_of_a_layer_whose_queue_is_no_number_is_named_where_it_stands(number):
    finding = the_one([{"queue": "600"}], (HOST, [{"queue": number}]))
    assert (finding.code, finding.where) == ("queue-form", HOST + "[0].queue")


def test_a_queue_twice_in_one_layer_is_an_error_with_the_items_of_that_layer():
    site = [{"queue": "601"}, {"queue": "600"}]
    finding = the_one(site, (HOST, [{"queue": "602"}, {"queue": "600"}, {"queue": 600, "max_wait": 5}]))
    assert (finding.code, finding.where) == ("queue-twice", HOST + "[2]") and "first as item 1" in finding.message
    finding = the_one([{"queue": "602"}, *site, {"queue": 600}], (HOST, [{"queue": "602", "state": "absent"}]))
    assert (finding.code, finding.where) == ("queue-twice", SITE + "[3]") and "first as item 2" in finding.message


def test_nothing_to_take_off_is_an_error_that_names_queue_and_place():
    finding = the_one([{"queue": "600"}], (HOST, [{"queue": "601", "state": "absent"}]))
    assert (finding.code, finding.where, as_dict(finding)["queue"]) == ("nothing-to-take-off", HOST + "[0] (queue 601)", "601")
    assert codes(found([{"queue": "600"}], (G13, [{"queue": "600", "state": "absent"}]), (HOST, [{"queue": "600", "state": "absent"}]))) == [
        "nothing-to-take-off"]


def test_an_unquoted_number_with_a_leading_zero_is_said_where_nothing_is_taken_off():
    finding = the_one([{"queue": "0600"}], (HOST, [{"queue": 0o600, "state": "absent"}]), known=pbx({"0600": row()}))
    assert finding.code == "nothing-to-take-off" and '"0600"' in finding.remedy


@pytest.mark.parametrize("item, code", [
    ({"state": "present"}, "unknown-word"), ({"state": None}, "unknown-word"), ({"state": True}, "unknown-word"),
    ({"state": "absent", "max_wait": 5}, "state-alone"), ({"state": "absent", "routes": {}}, "state-alone")])
def test_state_takes_no_other_word_and_stands_alone(item, code):
    finding = the_one([{"queue": "600"}], (HOST, [dict(item, queue="600")]))
    assert finding.code == code and finding.where.startswith(HOST + "[0] (queue 600)")


def test_the_sites_own_list_takes_nothing_off():
    assert codes(found([{"queue": "600", "state": "absent"}])) == ["unknown-key"]
    assert codes(found([{"queue": "600", "state": "absent"}], (HOST, [{"queue": "601"}]))) == ["unknown-key"]


@pytest.mark.parametrize("below, above, place", [("TIMEOUT", {"FULL": BUSY}, SITE), ({"FULL": BUSY}, "TIMEOUT", HOST), (None, ["x"], HOST)])
def test_routes_that_are_no_mapping_do_not_get_lost_in_the_merge(below, above, place):
    finding = the_one([{"queue": "600", "routes": below}], (HOST, [{"queue": "600", "routes": above}]))
    assert (finding.code, finding.where) == ("routes-form", place + "[0] (queue 600).routes")


# Where a finding says it is.

MIXED = [{"queue": "600", "max_wait": "soon", "routes": {"TIMEOUT": {"queue": "777"}, "EMPTY": {"fax": 1}}}, {"queue": "601", "max_wait": "soon"}]


def places(findings):
    return sorted(finding.where for finding in findings)


def test_an_item_that_no_layer_touches_is_named_as_without_layers_wherever_it_comes_to_stand():
    site = [{"queue": "602"}, *MIXED]
    assert places(found(site, (HOST, [{"queue": "602", "state": "absent"}]))) == places(found(site)) == [
        SITE + "[1] (queue 600).max_wait", SITE + "[1] (queue 600).routes.EMPTY", SITE + "[1] (queue 600).routes.TIMEOUT", SITE + "[2] (queue 601).max_wait"]


def test_an_item_that_stands_in_a_layer_alone_is_named_there():
    assert places(found([{"queue": "602"}], (HOST, [{"queue": "602"}, MIXED[1]]))) == [HOST + "[1] (queue 601).max_wait"]
    assert places(found([{"queue": "602"}], (HOST, [{"queue": "999"}]))) == [HOST + "[0].queue"]


def test_a_setting_and_a_status_are_named_in_the_layer_that_said_them_last():
    above = [{"queue": "600", "routes": {"TIMEOUT": {"queue": "778"}}}]
    findings = found(MIXED[:1], (G13, [{"queue": "602"}, {"queue": 600, "max_wait": "later"}]), (HOST, above))
    assert places(findings) == [G13 + "[1] (queue 600).max_wait", HOST + "[0] (queue 600).routes.TIMEOUT", SITE + "[0] (queue 600).routes.EMPTY"]
    told = {as_dict(finding)["status"]: as_dict(finding) for finding in findings}
    assert {told[status]["queue"] for status in told} == {"600"} and "778" in told["TIMEOUT"]["sentence"]
    assert set(told) == {None, "TIMEOUT", "EMPTY"}


def test_what_nobody_said_is_named_with_every_place_of_the_queue():
    known = pbx({"600": row(join_empty="penalty")})
    finding = the_one([{"queue": "600"}], (G13, [{"queue": "600", "max_wait": 5}]), (HOST, [{"queue": "600", "max_wait": 6}]), known=known)
    assert finding.where == "%s[0] with %s[0] with %s[0] (queue 600).join_empty" % (SITE, G13, HOST) and as_dict(finding)["queue"] == "600"


def test_a_warning_about_a_route_by_empty_names_who_said_empty():
    known = pbx({"600": row(join_empty="yes", leave_when_empty="no")})
    findings = found([{"queue": "600", "max_wait": 5}], (HOST, [{"queue": "600", "routes": {"EMPTY": BUSY}}]), known=known)
    assert places(findings) == [HOST + "[0] (queue 600).routes.JOINEMPTY", HOST + "[0] (queue 600).routes.LEAVEEMPTY"]


def test_a_place_that_was_overruled_is_not_named():
    """The site's word on JOINEMPTY and on join_empty is gone; EMPTY is the host's, and the setting is nobody's."""
    known = pbx({"600": row(join_empty="penalty", leave_when_empty="no")})
    site = [{"queue": "600", "join_empty": "yes", "routes": {"JOINEMPTY": BUSY, "LEAVEEMPTY": BUSY}}]
    host = [{"queue": "600", "join_empty": None, "routes": {"EMPTY": RING}}]
    assert places(found(site, (HOST, host), known=known)) == ["%s[0] with %s[0] (queue 600).join_empty" % (SITE, HOST)]
    known = pbx({"600": row(join_empty="yes", leave_when_empty="no")})
    assert places(found(site, (G13, [{"queue": "600", "routes": None}]), (HOST, host), known=known)) == places(found(site, (HOST, host), known=known)) == [
        HOST + "[0] (queue 600).routes.JOINEMPTY", HOST + "[0] (queue 600).routes.LEAVEEMPTY"]
    assert places(found(site, (HOST, [{"queue": "600", "routes": {"LEAVEEMPTY": None}}]), known=known)) == [SITE + "[0] (queue 600).routes.JOINEMPTY"]


def test_a_warning_names_its_queue_though_an_item_before_it_could_not_be_read():
    site, known = ["x", {"queue": "601"}, {"queue": "600", "routes": {"FULL": BUSY}}], pbx({"600": row(maxlen="0"), "601": row()})
    queues, items, _wrong = layers.merge(site, over((HOST, [{"queue": "601", "max_wait": 5}])))
    compiled, _findings = routes.compile_routes(queues, HANGUP, known)
    assert places(layers.placed(checks.check(compiled, known), items)) == [SITE + "[2] (queue 600).routes.FULL"]


def test_findings_about_something_else_stay_as_they_are():
    assert places(found([{"queue": "600"}], (HOST, [{"queue": "600"}]), default={"terminate": "x"})) == ["queue_failover_default"]
    turning = found([{"queue": "600", "routes": {"FULL": {"queue": "600"}}}], (HOST, [{"queue": "600", "max_wait": 5}]))
    assert places(turning) == ["queue 600"]


@given(st.lists(st.one_of(st.text(), st.none(), st.integers(), st.dictionaries(
    st.sampled_from(["queue", "routes", "max_wait", "state", "x"]), st.one_of(st.text(), st.none(), st.integers(), st.dictionaries(st.text(), st.text()))))))
def test_whatever_somebody_writes_becomes_findings_of_one_line(wishes):
    for finding in found([{"queue": "600", "max_wait": 5}], (HOST, wishes)):
        assert "\n" not in sentence(finding) and finding.where.startswith("queue")


# Variables that nothing reads.

@pytest.mark.parametrize("name, near", [
    ("queue_failover_queue", "queue_failover_queues"), ("queue_failover_quueues", "queue_failover_queues"),
    ("queue_failover_host_queue", "queue_failover_host_queues"), ("queue_failover_group_queue_freepbx_13", "queue_failover_group_queues"),
    ("queue_failover_hosts_queues", "queue_failover_host_queues"), ("queue_failover_host_queues_kiel", "queue_failover_host_queues"),
    ("queue_failover_pending_change", "queue_failover_pending_changes"), ("queue_failover_max_hop", "queue_failover_max_hops")])
def test_a_typing_error_in_a_variables_name_is_a_warning_with_the_nearest_one(name, near):
    (finding,) = layers.unknown([name])
    assert (finding.code, finding.severity, finding.where) == ("unknown-variable", "warning", name)
    assert "did you mean %s?" % near in finding.remedy


def test_a_name_like_no_other_has_its_remedy_too():
    (finding,) = layers.unknown(["queue_failover_xyzzy"])
    assert "did you mean" not in finding.remedy and "name without queue_failover_" in finding.remedy


def test_no_variable_of_the_project_is_doubted():
    """The role's, those of playbooks/deploy.yml and of a workflow in AWX, and every list of a group."""
    spec = yaml.safe_load((ROOT / "roles/queue_failover/meta/argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((ROOT / "roles/queue_failover/defaults/main.yml").read_text())
    assert set(layers.VARIABLES) == set(spec) | {"queue_failover_waves", "queue_failover_rollout"} and set(defaults) <= set(spec)
    assert layers.unknown([*layers.VARIABLES, G13, NIGHT, "queue_failover_group_queues2"]) == []


# Step 1 as a whole, without a PBX.

@pytest.fixture
def step(monkeypatch):
    """What step 1 makes of an inventory: (the compiled queues, the findings)."""
    @contextlib.contextmanager
    def connected(_conf):
        yield types.SimpleNamespace(cursor=lambda: None)

    monkeypatch.setattr(database, "pymysql", True)
    monkeypatch.setattr(database, "read_conf", lambda path: None)
    monkeypatch.setattr(database, "connected", connected)
    monkeypatch.setattr(asterisk, "version", lambda: "16.28.0")
    monkeypatch.setattr(asterisk, "exists", lambda text: False)
    monkeypatch.setattr(step_routes, "read_pbx", lambda cursor, params, kinds: pbx(memory={}))
    monkeypatch.setattr(step_routes, "_conflicts", lambda params, known: [])
    monkeypatch.setattr(step_routes, "_kept", lambda params, known: [])
    monkeypatch.setattr(step_routes, "_result", lambda params, known, compiled, findings: (compiled["queues"], findings))

    def run(site, *pairs, **changes):
        wish = {"context": "queue-failover", "custom_destination": "x", "custom_destination_notes": "", "freepbx_conf": "", "standby": False,
                "default": HANGUP, "status_defaults": {}, "overflow": None, "former_destinations": {}, "derive_empty_policy": False,
                "finding_severity": {}, "state": "present", "variables": [], "plain": {}, "read_only": False, "state_dir": "/var/lib/queue-failover"}
        return step_routes.run(dict(wish, queues=site, layers=over(*pairs), **changes))
    return run


def test_step_1_compiles_the_merged_list(step):
    queues, findings = step([{"queue": "600", "max_wait": 60}, {"queue": "601"}], (HOST, [{"queue": "600", "routes": {"TIMEOUT": {"queue": "601"}}},
                                                                                        {"queue": "601", "state": "absent"}]))
    assert [(queue["queue"], queue["settings"], queue["routes"]) for queue in queues] == [("600", {"max_wait": "60"}, {"TIMEOUT": "ext-queues,601,1"})]
    assert findings == []


def test_step_1_says_every_finding_where_it_stands(step):
    above = [{"queue": "601", "routes": {"TIMEOUT": {"custom": "nowhere,s,1"}}}, {"queue": "600", "max_wait": 31}, {"queue": "602", "state": "absent"}]
    _queues, findings = step([{"queue": "600"}], (HOST, above), variables=["queue_failover_queue"])
    assert sorted((finding.code, finding.where) for finding in findings) == [
        ("destination-not-loaded", HOST + "[0] (queue 601).routes.TIMEOUT"), ("max-wait-gui", HOST + "[1] (queue 600).max_wait"),
        ("nothing-to-take-off", HOST + "[2] (queue 602)"), ("unknown-variable", "queue_failover_queue")]


def test_a_removal_asks_nothing_of_the_layers_but_notices_a_typing_error(step):
    _queues, findings = step(None, (HOST, "600"), state="absent", variables=["queue_failover_stat"])
    assert codes(findings) == ["unknown-variable"]

# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing in the YAML can change the dialplan beyond its route (issue 3 point 6): a finding says no, or the block holds exactly the routes."""
import re

import pytest
from ansible.module_utils.freepbx_failover import checks, destinations, dialplan, routes, statuses, tables
from ansible.module_utils.freepbx_failover.findings import errors, sentence
from hypothesis import given, settings, strategies
from made_up import pbx, row
from rendered import block, skeleton

NASTY = list("\"';${}?:[]()^%,\\|&<>=#!@~`+-*/._ \n\r\t\x00aZ09ЯёŠ夜") + [
    "#exec", "#include x\n", "${", "$[", ";--", "--;", "\nexten => ", "Return(", ")\n", "\n[other]\n", "@tables@\n",
    "app-blackhole,hangup,1", "ext-queues,600,1"]
TEXT = strategies.lists(strategies.sampled_from(NASTY), max_size=12).map("".join)
FIXED = strategies.sampled_from(["a,s,1", "600", "Alice", "Night menu", "1", "200", "hangup", "busy", "+7495", ""])
VALUE = TEXT | FIXED
KIND = strategies.sampled_from(sorted(destinations.KINDS)) | TEXT
PREFIX = TEXT | strategies.text(max_size=45)
DESTINATION = strategies.builds(
    lambda kind, value, options: dict({kind: value}, **options), KIND, VALUE,
    strategies.fixed_dictionaries({}, optional={"announce": VALUE | strategies.just("Sorry"), "caller_id_prefix": PREFIX,
                                                "set_priority": strategies.sampled_from([0, 5, 20, "3", 21, "x", "1)\n"]), "greeting": FIXED}))
GOOD = strategies.builds(
    lambda to, options: dict(to, **options), strategies.sampled_from([{"terminate": "busy"}, {"queue": "600"}, {"custom": "a,s-X,1"}, {"ivr": "night MENU"}]),
    strategies.fixed_dictionaries({}, optional={"announce": strategies.just("Sorry"), "set_priority": strategies.integers(0, 20),
                                                "caller_id_prefix": strategies.text(min_size=1, max_size=40).filter(str.isprintable)
                                                | TEXT.map(lambda text: "".join(filter(str.isprintable, text))[:40] or "$")}))
STATUS = strategies.sampled_from([*statuses.STATUSES, "EMPTY"])


def wishes(destination, status):
    mapping = strategies.dictionaries(status, destination, max_size=4)
    queue = strategies.fixed_dictionaries({"queue": strategies.sampled_from(["600", "601"])}, optional={"routes": mapping, "default": destination})
    return strategies.tuples(strategies.lists(queue, max_size=2, unique_by=lambda item: item["queue"]), destination, mapping,
                             strategies.none() | destination)


def known(former="", name=""):
    return pbx({"600": row(destination=former), "601": row(descr=name)}, objects={
        kind: [("1", name), ("200", "Alice"), ("600", "Queue"), ("7", "Night menu")] for kind, found in destinations.KINDS.items() if found.lookup})


def rows_of(found):
    """What must stand in the tables: {context: {extension: returned}}, from the compiled routes alone."""
    expected = {"queue-failover-default": dict(found["status_defaults"], default=found["default"], overflow=found["overflow"])}
    for entry in found["queues"]:
        if entry["failover"]:
            expected["queue-failover-" + entry["queue"]] = dict(entry["routes"], default=entry["default"] or "")
    return expected


def judge(wish, world):
    """Whether the wish was taken; if so the block holds the skeleton's lines and one line a row, and nothing else."""
    queues, default, by_status, overflow = wish
    found, findings = routes.compile_routes(queues, default, world, by_status, overflow)
    if errors(findings):
        return False
    checks.check(found, world)
    text = block(found["queues"], found["default"], overflow=found["overflow"], status_defaults=found["status_defaults"])
    contexts, bare = dialplan.parse_contexts(text), dialplan.parse_contexts(skeleton().replace(tables.PLACE, ""))
    expected = rows_of(found)
    assert list(contexts) == [*bare, *sorted(expected, key=list(expected).index)] and all(contexts[name] == bare[name] for name in bare)
    for name, rows in expected.items():
        got = {extension: priorities[1].application for extension, priorities in contexts[name].items()}
        assert {priorities for extensions in contexts[name].values() for priorities in extensions} == {1}
        assert bool(re.fullmatch(r"Return\([0-9a-f]{8}\)", got.pop(tables.STAMP, ""))) == (name == "queue-failover-default")
        assert got.pop("h").startswith("GotoIf(${DIALPLAN_EXISTS(ext-queues,h,1)}") and got.pop("_[A-Z]!") == "Return()"
        assert got == {extension: "Return(%s)" % row for extension, row in rows.items()}
        for returned in rows.values():
            assert not returned or destinations.is_raw(returned.split("^")[0]) and len(returned.split("^")) in (1, 4)
            assert not set(returned) & set("\"';${}?:[]()\\\n\r |<>`")
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith(";")]
    plain = [line for line in skeleton().replace(tables.PLACE, "").split("\n") if line.strip() and not line.startswith(";")]
    assert len(lines) == len(plain) + sum(len(rows) + 3 for rows in expected.values()) + 1  # the stamp
    assert tables.formers(text) == {entry["queue"]: entry["former"] for entry in found["queues"] if entry["former"] is not None}
    return True


@settings(max_examples=500)
@given(wish=wishes(DESTINATION, STATUS | TEXT), former=VALUE, name=VALUE)
def test_a_wish_of_any_text_is_refused_or_becomes_its_routes_and_not_a_line_more(wish, former, name):
    judge(wish, known(former, name))


@settings(max_examples=200)
@given(wish=wishes(GOOD, STATUS))
def test_a_wish_without_fault_is_taken_whatever_its_prefixes_say(wish):
    queues, default, by_status, _overflow = wish
    assert judge((queues, default, by_status, {"terminate": "hangup"}), known())


@settings(max_examples=200)
@given(kind=strategies.sampled_from([kind for kind, found in destinations.KINDS.items() if found.lookup]), name=TEXT, number=TEXT)
def test_an_object_of_any_name_and_number_is_found_safely_or_refused(kind, name, number):
    world = known()
    world["objects"][kind] = [(number, name)]
    judge(([], {kind: name}, None, {"terminate": "hangup"}), world)


@pytest.mark.parametrize("wish", [
    [{"queue": "600", "default": {"a\r\nb": "1"}}], [{"queue": "600", "default": {"queue": "600", "a\nb": 1}}], [{"queue": "600", "a\nb": 1}],
    [{"queue": "600", "routes": {"A\nB": {"terminate": "busy"}}}], [{"queue": "6\n0"}], [{"queue": "600", "default": {"queue": "6\r\n0"}}],
    [{"queue": "600", "default": {"terminate": "busy", "announce": "a\nb"}}], [{"queue": "600", "join_empty": "a\nb", "max_wait": "1\r2"}]])
def test_a_sentence_stays_one_line_whatever_the_wish_says(wish):
    findings = routes.compile_routes(wish, {"terminate": "hangup"}, known())[1]
    assert findings and not any(mark in sentence(finding) for finding in findings for mark in "\n\r")

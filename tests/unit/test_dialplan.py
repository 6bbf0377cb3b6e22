# SPDX-License-Identifier: GPL-3.0-or-later
"""The rendered block, and what `dialplan show` of Asterisk 16.28 and 22.10 printed of it (recorded by fixtures/record)."""
import re
from pathlib import Path

import pytest
import rendered
from ansible.module_utils.freepbx_failover import dialplan, tables

FIXTURES = Path(__file__).parent / "fixtures"
VERSIONS = ["16", "22"]
FILE = "extensions_custom.conf"


def shown(version):
    return (FIXTURES / f"dialplan-show-asterisk{version}.txt").read_text()


def loaded(version):
    return dialplan.parse_show(shown(version))


def demo():
    return dialplan.parse_contexts(rendered.block(rendered.DEMO))


def recorded():
    """The block of the day of the recording; that today's is loaded as it stands, tests/calls and molecule show on real Asterisks."""
    return dialplan.parse_contexts((FIXTURES / "block.conf").read_text())


def entry_of(contexts):
    return next(name for name in contexts if "-entry-" in name)


def test_the_block_has_the_context_its_entry_a_table_for_the_pbx_and_one_for_each_queue():
    names = list(demo())
    assert names[0] == "queue-failover" and re.fullmatch(r"queue-failover-entry-[0-9a-f]{8}", names[1])
    assert names[2:] == ["queue-failover-default", "queue-failover-600", "queue-failover-601"]
    assert all(tables.is_ours(name, "queue-failover") for name in names)


def test_the_rows_of_the_block_are_the_routes():
    assert tables.read(demo(), "queue-failover") == {
        "": {"default": "app-blackhole,hangup,1", "overflow": "app-blackhole,hangup,1"},
        "600": {"LEAVEEMPTY": "check-callstate,s-BUSY,1", "TIMEOUT": "ext-queues,01600,1", "default": "ext-local,vmu200,1"},
        "601": {"LEAVEEMPTY": "check-callstate,s-BUSY,1", "TIMEOUT": "ext-queues,01601,1"}}


def test_a_queue_that_is_being_given_back_keeps_its_rows_as_long_as_it_points_here():
    text = rendered.block([], leaving=[{"queue": "602", "routes": {"TIMEOUT": "a,b,1"}, "former": "c,d,1"}])
    assert tables.read(dialplan.parse_contexts(text), "queue-failover")["602"] == {"TIMEOUT": "a,b,1"} and tables.formers(text) == {"602": "c,d,1"}


@pytest.mark.parametrize("name", ["queue-failovers", "queue-failover-entry-1", "queue-failover-sales", "my-queue-failover", "queue"])
def test_a_context_that_only_begins_or_ends_like_ours_is_not_ours(name):
    assert not tables.is_ours(name, "queue-failover")


def test_rows_only_return_values():
    applications = [row.application for name in list(demo())[2:] for rows in demo()[name].values() for row in rows.values()
                    if "ext-queues,h,1" not in row.application]
    assert applications and all(re.fullmatch(r"Return\([^()${}]*\)", text) for text in applications)


def test_the_former_destinations_stand_in_the_block_as_comments():
    assert tables.formers(rendered.block(rendered.DEMO)) == {"600": "ext-local,vmu200,1", "601": ""}


@pytest.mark.parametrize("former", ['a"b;c\\d', "контекст,s,1", "x,${Y},1", "a,b,1 ; c", "a ;-- b", "a --; b"])
def test_a_former_destination_of_any_text_survives_its_comment_and_adds_no_line(former):
    text = rendered.block([rendered.queue(former)])
    assert tables.formers(text) == {"600": former}
    assert dialplan.parse_contexts(text) == dialplan.parse_contexts(rendered.block([rendered.queue("")]))


def test_a_queue_that_never_had_us_has_no_comment():
    assert tables.formers(rendered.block([rendered.queue(None)])) == {}


def test_a_damaged_comment_is_passed_over():
    assert tables.formers('; queue 600 had the fail-over destination "a\\q"\n; queue 601 had the fail-over destination "b"\n') == {"601": "b"}


def test_the_text_of_the_entry_does_not_depend_on_the_routes():
    one, other = demo(), dialplan.parse_contexts(rendered.block([], default="app-blackhole,busy,1"))
    assert entry_of(one) == entry_of(other) and one[entry_of(one)] == other[entry_of(other)] and one["queue-failover"] == other["queue-failover"]


def test_every_context_has_an_h_of_its_own_that_hands_on_where_freepbx_has_one():
    assert all(list(rows["h"].values())[0].application == "GotoIf(${DIALPLAN_EXISTS(ext-queues,h,1)}?ext-queues,h,1)" for rows in demo().values())


def test_no_pattern_matches_h_and_nothing_calls_a_macro():
    patterns = [name for rows in demo().values() for name in rows if name.startswith("_")]
    assert patterns and all(pattern.startswith("_[A-Z]") for pattern in patterns)
    assert "Macro" not in rendered.block(rendered.DEMO)


def test_no_variable_of_the_caller_is_put_bare_into_a_goto_or_gotoif_or_an_expression_unquoted():
    applications = [row.application for rows in demo().values() for exten in rows.values() for row in exten.values()]
    for text in (text for text in applications if "QUEUENUM" in text or "QUEUESTATUS" in text or "QUEUEJOINTIME" in text):
        bare = re.sub(r"\$\{(FILTER\([^,]*,\$\{\w+\}|LEN\(\$\{\w+\})\)\}", "", text)
        assert "${QUEUE" not in bare, text


def test_labels_and_priorities_are_counted():
    entry = demo()[entry_of(demo())]["s"]
    assert list(entry) == list(range(1, len(entry) + 1))
    assert {row.label for row in entry.values()} == {
        None, "hops", "begin", "all", "ask", "next", "last", "nowhere", "go", "say", "prefix", "named", "announce", "leave"}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_block_in_our_form_is_read_as_asterisk_loaded_it(version):
    assert len(recorded()) == 5 and dialplan.differences(recorded(), loaded(version), FILE) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_priority_that_asterisk_printed_is_read(version):
    counted = sum(int(number) for number in re.findall(r"-= \d+ extensions? \((\d+) priorit(?:y|ies)\)", shown(version)))
    read = sum(len(rows) for extensions in loaded(version).values() for rows in extensions.values())
    hints = len(re.findall(r"hint: ", shown(version)))
    assert counted > 100 and read == counted - hints


@pytest.mark.parametrize("version", VERSIONS)
def test_a_priority_has_application_label_file_and_line(version):
    row = loaded(version)["ext-queues"]["600"][14]
    assert row.application.startswith("Queue(600,") and (row.label, row.source) == ("qcall", "extensions_additional.conf") and row.line > 50


@pytest.mark.parametrize("version", VERSIONS)
def test_hints_and_includes_are_no_priorities(version):
    contexts = loaded(version)
    assert list(contexts["ext-local"]["200"]) == [1, 2, 3, 4] and contexts["from-internal"] == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_each_queue_has_its_loaded_destination_and_max_wait(version):
    assert dialplan.loaded_queues(loaded(version)) == {
        "600": ("queue-failover,s,1", "3"), "601": ("queue-failover,s,1", "3"), "602": ("ext-group,610,1", ""), "603": ("app-blackhole,hangup,1", ""),
        "01600": ("app-blackhole,hangup,1", ""), "01601": ("app-blackhole,hangup,1", "")}


def test_text_that_is_no_dialplan_gives_no_contexts():
    assert dialplan.parse_show("No ethernet interface found\nThere is no existence of 'x' context\n") == {}


def changed(version, old, new):
    text = shown(version)
    assert old in text
    return dialplan.differences(recorded(), dialplan.parse_show(text.replace(old, new)), FILE)


@pytest.mark.parametrize("old, new, told", [
    ("Return(ext-queues,01600,1)", "Return(ext-queues,01602,1)", "queue-failover-600,TIMEOUT,1 is loaded as Return(ext-queues,01602,1)"),
    ("  'LEAVEEMPTY' =>", "  'LEAVEEMPTYX' =>", "queue-failover-600,LEAVEEMPTY,1 is not loaded"),
    ("Context 'queue-failover-601'", "Context 'other'", "context queue-failover-601 is not loaded"),
    ("[extensions_custom.conf:40]", "[extensions_override_freepbx.conf:7]", "is loaded from extensions_override_freepbx.conf:7"),
])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_difference_between_wanted_and_loaded_is_told(version, old, new, told):
    assert any(told in line for line in changed(version, old, new))


def test_a_foreign_priority_in_our_context_is_told_with_its_file_and_line():
    extra = "[ Context 'queue-failover' created by 'pbx_config' ]\n  't' =>            1. Hangup()    [extensions_additional.conf:99]\n"
    found = dialplan.differences(recorded(), dialplan.parse_show(shown("16") + extra), FILE)
    assert any("queue-failover,t,1" in line and "extensions_additional.conf:99" in line for line in found)


def test_a_pattern_and_a_cid_match_are_read():
    text = ("[ Context 'a' created by 'pbx_config' ]\n  '_X.' (CID match '555') => 1. NoOp(x [y])   [f.conf:3]\n"
            "     [lab]          2. Hangup()   [f.conf:4]\n")
    found = dialplan.parse_show(text)["a"]["_X."]
    assert (found[1].application, found[1].line, found[2].label) == ("NoOp(x [y])", 3, "lab")


SHOWN = """[ Context 'a' created by 'pbx_config' ]
  '200' =>          hint: Custom:AGENT200                         [extensions.conf:1]
  's' (CID match '1') => 1. NoOp(x)                               [extensions.conf:2]
     [label]        2. Hangup()                                   [extensions.conf:3]
                    3. Hangup()                                   [extensions.conf:4]
  Include =>        'b'                                           [pbx_config]

-= 2 extensions (4 priorities) in 1 context. =-
"""


def test_an_answer_is_whole_if_it_has_as_many_lines_as_its_end_counts():
    assert dialplan.is_whole(SHOWN) and dialplan.is_whole("No ethernet interface found\n" + SHOWN)
    lines = SHOWN.splitlines(keepends=True)
    for lost in (0, 1, 2, 3, 4, 7):
        assert not dialplan.is_whole("".join(lines[:lost] + lines[lost + 1:])), lines[lost]
    assert not dialplan.is_whole("")


@pytest.mark.parametrize("said, forged", [
    ('"ext-local,vmu200,1"', False), ('""', False), ('"evil;x"', True), ('"a,b"', True), ('"a,b,1)"', True), ('"%s,s,1"' % ("c" * 47), True),
    ('"a\\q"', True), ('"a,b,1" "c,d,1"', True)])
def test_a_comment_that_cannot_be_a_destination_is_forged(said, forged):
    text = "; queue 600 had the fail-over destination %s\n" % said
    assert tables.forged(text) == ({"600": said} if forged else {})


def stamp_of(*queues, **more):
    return dialplan.parse_contexts(rendered.block(queues, **more))["queue-failover-default"][tables.STAMP][1].application


def test_other_rows_have_another_stamp_and_other_comments_have_the_same():
    """By it a call sees that a reload came between two of its lookups."""
    same = [stamp_of(rendered.queue("a,b,1")), stamp_of(rendered.queue("c,d,1", default_from="former"))]
    other = [stamp_of(rendered.queue("a,b,1", routes={"TIMEOUT": "e,f,1"})), stamp_of(rendered.queue("a,b,1", default="e,f,1")),
             stamp_of(rendered.queue("a,b,1"), default="e,f,1"), stamp_of(rendered.queue("a,b,1"), overflow="e,f,1"), stamp_of()]
    assert len(set(same)) == 1 and len(set(same + other)) == 1 + len(other)
    assert not tables._STATUS.match(tables.STAMP), "a status of that name would be taken for it"
    asked = [row.application for row in demo()[entry_of(demo())]["s"].values()].count("Gosub(queue-failover-default,%s,1)" % tables.STAMP)
    assert asked == 2, "before the first lookup and after the last"

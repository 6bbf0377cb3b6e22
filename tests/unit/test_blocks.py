# SPDX-License-Identifier: GPL-3.0-or-later
"""Our marked block in a file that belongs to others: every byte outside it stays (issue 2 "What it does" and "What must be shown" 3)."""
import pytest
from ansible.module_utils.freepbx_failover import blocks, tables
from ansible.module_utils.freepbx_failover.findings import Refusal
from hypothesis import given
from hypothesis import strategies as st

NAME = "queue-failover"
TEXT = b"[queue-failover]\nexten => s,1,Return()\n"
OTHER = b"[queue-failover]\nexten => s,1,Goto(a,b,1)\n"
FOREIGN = st.binary(max_size=300).filter(lambda data: b"queue_failover" not in data)
LINES = st.lists(st.sampled_from([b"[a]", b"exten => s,1,Hangup()", b"; x", b"", b"\r", "; очередь".encode("cp1251"), b"\xef\xbb\xbf", b" ", b"\x00"]),
                 max_size=12).map(lambda lines: b"\n".join(lines))
FILES = st.one_of(FOREIGN, LINES)
TEXTS = st.lists(st.sampled_from([b"[queue-failover]", b"[queue-failover-600]", b"exten => s,1,NoOp(x)", b"; y", b""]),
                 max_size=6).map(lambda lines: b"".join(line + b"\n" for line in lines))


@given(FILES, TEXTS)
def test_put_and_taken_out_again_the_file_is_what_it_was_byte_for_byte(data, text):
    assert blocks.take_out(blocks.put(data, NAME, text), {NAME}) == data


@given(FILES, TEXTS)
def test_every_byte_of_others_stays_where_it_was_when_a_block_is_put(data, text):
    assert blocks.put(data, NAME, text).startswith(data)


@given(FILES, TEXTS, TEXTS)
def test_a_changed_block_leaves_no_trace_of_the_former_one(data, first, second):
    assert blocks.put(blocks.put(data, NAME, first), NAME, second) == blocks.put(data, NAME, second)


@given(FILES, TEXTS)
def test_putting_the_same_block_again_changes_nothing(data, text):
    once = blocks.put(data, NAME, text)
    assert blocks.put(once, NAME, text) == once


@given(FILES, TEXTS)
def test_a_block_that_was_put_is_found_with_its_text_and_its_lines(data, text):
    after = blocks.put(data, NAME, text)
    (block,) = blocks.find(after)
    assert (block.name, block.text) == (NAME, text)
    lines = after.split(b"\n")
    assert lines[block.first - 1].startswith(b"; BEGIN queue_failover") and lines[block.last - 1].startswith(b"; END queue_failover")


@given(FILES, TEXTS, TEXTS, st.booleans())
def test_two_blocks_of_two_names_go_one_by_one_in_either_order(data, first, second, swapped):
    both = blocks.put(blocks.put(data, "old", first.replace(b"queue-failover", b"old")), NAME, second)
    names = [NAME, "old"] if swapped else ["old", NAME]
    for name in names:
        both = blocks.take_out(both, {name})
    assert both == data


@given(FILES, TEXTS, FOREIGN)
def test_what_somebody_wrote_behind_our_block_since_stays_when_the_block_goes(data, text, later):
    joined = data and not data.endswith(b"\n")
    assert blocks.take_out(blocks.put(data, NAME, text) + later, {NAME}) == data + (b"\n" if joined and later else b"") + later


@pytest.mark.parametrize("data", [b"[a]\r\nexten => s,1,Hangup()\r\n", "; очередь\n[a]\n".encode("cp1251"), b"\xef\xbb\xbf[a]\n", b"[a]", b"", b"\n\n\n",
                                  b"[a]\r", b"\x00\xff", b";--\nx\n--;\n"])
def test_files_as_administrators_have_them_survive_byte_for_byte(data):
    assert blocks.take_out(blocks.put(data, NAME, TEXT), {NAME}) == data


def test_a_block_without_a_final_line_end_keeps_its_end_mark_on_a_line_of_its_own():
    assert [block.name for block in blocks.find(blocks.put(b"[a]\n", NAME, b"[queue-failover]"))] == [NAME]


def test_a_name_that_begins_like_ours_is_another_block():
    data = blocks.put(b"", "queue-failover-2", OTHER.replace(b"queue-failover", b"queue-failover-2"))
    assert blocks.take_out(blocks.put(data, NAME, TEXT), {NAME}) == data


def test_taking_out_what_is_not_there_changes_nothing():
    assert blocks.take_out(b"[a]\n", {NAME}) == b"[a]\n"


@pytest.mark.parametrize("data, line, kind", [
    (b"[a]\n; BEGIN queue_failover queue-failover\n[x]\n", 2, "BEGIN"),
    (b"; END queue_failover queue-failover\n", 1, "END"),
    (b"; BEGIN queue_failover a\n; END queue_failover b\n", 2, "END"),
    (b"; BEGIN queue_failover a\n; BEGIN queue_failover b\n; END queue_failover b\n", 1, "BEGIN"),
    (b"\n\n; BEGIN queue_failover a\n; END queue_failover a\n; END queue_failover a\n", 5, "END"),
])
def test_a_mark_without_its_partner_is_refused_with_its_line_and_the_remedy(data, line, kind):
    with pytest.raises(Refusal) as caught:
        blocks.find(data)
    text = str(caught.value)
    assert f"line {line} " in text and f"{kind} queue_failover" in text and "run again" in text


@pytest.mark.parametrize("line", [b"[after-us]", b"[queue-failover-x]", b"[other](+)", b"#include mine.conf", b"#tryinclude mine.conf", b'#exec "/x"'])
def test_what_is_plainly_somebody_elses_inside_our_marks_is_refused_with_its_line(line):
    data = blocks.put(b"[a]\n", NAME, TEXT).replace(b"; END", line + b"\nexten => s,1,NoOp(mine)\n; END")
    with pytest.raises(Refusal, match="line 5 of extensions_custom.conf.*not ours; move it behind"):
        blocks.find(data)


def test_the_same_block_twice_is_refused_with_both_lines():
    with pytest.raises(Refusal, match="line 1 and line 5; delete one"):
        blocks.find(blocks.put(b"", NAME, TEXT) * 2)


def test_a_block_whose_marks_somebody_renamed_is_refused():
    with pytest.raises(Refusal, match="queue-failover"):
        blocks.find(blocks.put(b"", NAME, TEXT).replace(b"queue_failover queue-failover", b"queue_failover other"))


def conflicts(data):
    return blocks.conflicts(data, lambda name: tables.is_ours(name, NAME), "/etc/asterisk/extensions_custom.conf")


def test_a_file_with_our_block_and_others_contexts_has_no_conflict():
    assert conflicts(b"[a]\nexten => s,1,Hangup()\n" + blocks.put(b"", NAME, TEXT) + b"\n; a comment\n#include b.conf\n[c]\nexten => s,1,Hangup()\n") == []


@pytest.mark.parametrize("header", [b"[queue-failover]", b"  [queue-failover]", b"[queue-failover](+)", b"[queue-failover] ; mine", b"[queue-failover-600]",
                                    b"[queue-failover-default]",
                                    b"\xef\xbb\xbf[queue-failover]"])
@pytest.mark.parametrize("behind", [False, True])
def test_a_context_of_our_name_written_by_hand_is_named_with_file_and_line(header, behind):
    if behind and header.startswith(b"\xef"):
        header = header[3:]  # a byte order mark is one at the start of the file only
    block = blocks.put(b"", NAME, TEXT)
    data = block + header + b"\nexten => s,1,Hangup()\n" if behind else header + b"\nexten => s,1,Hangup()\n" + block
    (text,) = conflicts(data)
    assert f"/etc/asterisk/extensions_custom.conf line {5 if behind else 1}" in text and "queue_failover_context" in text


def test_a_context_of_our_name_in_a_comment_is_no_conflict():
    assert conflicts(b";[queue-failover]\n;--\n[queue-failover]\n--;\n" + blocks.put(b"", NAME, TEXT)) == []


def test_lines_behind_our_block_without_a_header_would_join_our_context_and_are_named():
    found = conflicts(blocks.put(b"", NAME, TEXT) + b"; c\nexten => t,1,Hangup()\n same => n,Hangup()\n[a]\nexten => s,1,Hangup()\n")
    assert [text.split(" stands ")[0] for text in found] == [
        '/etc/asterisk/extensions_custom.conf line 6 ("exten => t,1,Hangup()")', '/etc/asterisk/extensions_custom.conf line 7 ("same => n,Hangup()")']


def test_an_unclosed_comment_above_our_block_is_named_with_its_line():
    (text,) = conflicts(b"[a]\n;-- to do\nexten => s,1,Hangup()\n" + blocks.put(b"", NAME, TEXT))
    assert "line 2" in text and "--;" in text


def test_a_lone_end_of_a_comment_above_our_block_is_named_since_asterisk_skips_what_follows():
    assert conflicts(b"[a]\nexten => s,1,NoOp(a--;b)\n" + blocks.put(b"", NAME, TEXT)) != []


def test_an_entry_context_that_a_call_may_still_be_in_is_kept_in_a_block_of_its_own():
    old = (b"[queue-failover]\nexten => s,1,Goto(queue-failover-entry-11111111,s,1)\n[queue-failover-entry-11111111]\nexten => s,1,Hangup()\n"
           b"[queue-failover-default]\n")
    new = old.replace(b"entry-11111111", b"entry-22222222")
    data = blocks.put(b"[a]\n", NAME, old)
    after = blocks.put(blocks.retire(data, NAME, new), NAME, new)
    assert [(block.name, block.text) for block in blocks.find(after)] == [
        (NAME, new), ("queue-failover-entry-11111111", b"[queue-failover-entry-11111111]\nexten => s,1,Hangup()\n")]
    assert blocks.take_out(after, {NAME, "queue-failover-entry-11111111"}) == b"[a]\n"


def test_with_the_same_entry_nothing_is_retired():
    old = b"[queue-failover-entry-11111111]\nexten => s,1,Hangup()\n"
    data = blocks.put(b"[a]\n", NAME, old)
    assert blocks.retire(data, NAME, old + b"; x\n") == data


INCLUDED = {"x.conf": b"exten => s,2,Hangup()\n", "y.conf": b"; only\n[y]\nexten => s,2,Hangup()\n", "z.conf": b"#include x.conf\n",
            "w.conf": b"#include w.conf\n"}


def included(name):
    return [("/etc/asterisk/" + name, INCLUDED[name])] if name in INCLUDED else []


@pytest.mark.parametrize("behind, place", [
    (b"#include x.conf\n", "x.conf line 1"), (b"#include z.conf\n", "x.conf line 1"), (b"#include none.conf\n#tryinclude x.conf\n", "x.conf line 1"),
    (b"#include y.conf\n#include x.conf\n", None), (b"[a]\n#include x.conf\n", None), (b"#include w.conf\n", None)])
def test_a_file_that_is_included_behind_our_block_joins_it_up_to_its_first_header(behind, place):
    data = blocks.put(b"[x]\n", NAME, TEXT) + behind
    found = blocks.conflicts(data, lambda name: tables.is_ours(name, NAME), "/etc/asterisk/extensions_custom.conf", included)
    assert [text.split(" (")[0] for text in found] == (["/etc/asterisk/" + place] if place else [])


def test_marks_that_somebody_renamed_are_refused_with_the_name_to_write_into_them():
    with pytest.raises(Refusal) as caught:
        blocks.find(b"; BEGIN queue_failover other\n" + TEXT + b"[queue-failover-600]\n; END queue_failover other\n")
    assert 'name "other"' in str(caught.value) and "context [queue-failover]" in str(caught.value) and "both marks" in str(caught.value)


def test_what_a_block_costs_grows_with_its_contexts_and_not_with_their_square(monkeypatch):
    asked, is_ours = [], tables.is_ours
    monkeypatch.setattr(tables, "is_ours", lambda *names: asked.append(names) or is_ours(*names))
    costs = []
    for count in (100, 200):
        del asked[:]
        blocks.find(blocks.put(b"", NAME, TEXT + b"".join(b"[queue-failover-%d]\n" % (600 + number) for number in range(count))))
        costs.append(len(asked))
    assert 0 < costs[1] < 2.5 * costs[0]

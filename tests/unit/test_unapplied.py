# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of a hand-written dialplan that Asterisk has not loaded: told when there are some, and never when there are none."""
import pytest
from ansible.module_utils.freepbx_failover import dialplan, unapplied

FILE = b"""; \xea\xee\xec
[shop]
exten => s,1,NoOp(hello; world)
 same => n(again),Set(X="a b")
exten => _X.,1,Goto,s,1
exten => 200,hint,SIP/200
exten=h,1,Hangup
[queue-failover-600]
exten => FULL,1,Return()
"""
SHOWN = """
[ Context 'shop' created by 'pbx_config' ]
  's' =>            1. NoOp(hello)                                [extensions_custom.conf:3]
     [again]        2. Set(X="a b")                               [extensions_custom.conf:4]
  '_X.' =>          1. Goto(s,1)                                  [extensions_custom.conf:5]
  '200' =>          hint: SIP/200                                 [extensions_custom.conf:6]
  'h' =>            1. Hangup()                                   [extensions_custom.conf:7]
  'other' =>        1. NoOp(from FreePBX)                         [extensions_additional.conf:7]
"""


def told(data, shown=SHOWN):
    return unapplied.edits(data, "extensions_custom.conf", dialplan.parse_show(shown), lambda context: context.startswith("queue-failover"))


def test_a_file_that_is_loaded_as_it_stands_has_no_edits():
    assert told(FILE) == []


def test_lines_that_our_own_block_moved_are_no_edit():
    assert told(b"; one\n; two\n; three\n" + FILE) == []


@pytest.mark.parametrize("old, new, says", [
    (b"exten => _X.,1,Goto,s,1\n", b"", "Gotos1 is loaded from"),
    (b"[queue", b"exten => 300,1,NoOp()\n[queue", "shop,300 is written in"), (b"[queue", b"[new]\nexten => s,1,NoOp(hello)\n[queue", "new,s is written in")])
def test_an_edit_is_told(old, new, says):
    found = told(FILE.replace(old, new))
    assert len(found) == 1 and says in found[0]


def test_a_changed_line_is_told_by_what_is_loaded_and_where():
    assert told(FILE.replace(b"NoOp(hello", b"NoOp(good bye")) == [
        "NoOphello is loaded from extensions_custom.conf but no longer written there",
        "shop,s,1 is loaded as NoOp(hello) and written otherwise in extensions_custom.conf"]


@pytest.mark.parametrize("old, new, says", [
    (b"exten => _X", b" same => n,Hangup()\nexten => _X", "shop,s,3 is written in extensions_custom.conf but not loaded"),
    (b" same => n(again),Set", b" same => n,NoOp(hello)\n same => n(again),Set", "shop,s,2 is loaded as Set(X="),
    (b"exten => 200,hint", b"exten => s,again+101,Hangup()\nexten => 200,hint", "shop,s,103 is written in"),
    (b"exten=h,1", b"exten=h,7,Hangup\nexten=h,1", "shop,h,7 is written in")])
def test_a_line_that_was_put_into_an_extension_is_told(old, new, says):
    """Whatever it does: our reload would put it in force, and its owner has not."""
    found = told(FILE.replace(old, new, 1))
    assert len(found) == 1 and says in found[0], found


@pytest.mark.parametrize("lines", [
    b"[shop](+)\nexten => s,1,NoOp(doubled: the first counts)\n", b"[pattern](!)\nexten => 7,1,NoOp(hello)\n",
    b"[shop2](!,pattern)\nexten => 8,1,NoOp()\n", b"[shop]\nexten => a-b,1,NoOp(hello)\nexten => s,n,NoOp(this is s,2, which there is)\n",
    b"[shop]\nEXTEN => s,1,NoOp(in capitals)\n",
    b"[shop]\nexten => a-b,1,NoOp(hello)\nexten => ${X},1,NoOp(hello)\nexten => 9/12,1,NoOp(hello)\n"])
def test_what_asterisk_would_not_load_or_not_under_this_name_is_no_edit(lines):
    assert told(FILE + lines) == []


def test_lines_that_another_file_had_before_are_no_edit():
    assert told(FILE + b"[shop]\nexten => other,1,NoOp(ours comes too late)\n") == []


def test_a_line_that_asterisk_prints_cut_short_is_no_edit():
    text = "Set(X=%s)" % ("y" * 300)
    assert told(FILE + b"[long]\nexten => s,1,%s\n" % text.encode(), SHOWN + "[ Context 'long' created by 'pbx_config' ]\n"
                "  's' =>            1. %s [extensions_custom.conf:12]\n" % text[:200]) == []

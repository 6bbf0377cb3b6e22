# SPDX-License-Identifier: GPL-3.0-or-later
"""Comments are read as Asterisk reads them: fixtures/comments.conf was loaded by Asterisk 16.28 and 22.10, which agree."""
from pathlib import Path

import pytest
from ansible.module_utils.freepbx_failover import dialplan

TEXT = (Path(__file__).parent / "fixtures" / "comments.conf").read_bytes()
# What `dialplan show qftest` printed on both, seen with `asterisk -rx`: extension -> application.
LOADED = {"a": "NoOp(plain)", "b": "NoOp(semi;kept)", "c": "NoOp(one  two)", "e": "NoOp(after block)", "g": "NoOp(after nest)",
          "h1": "NoOp(after three dashes)", "i": "NoOp(after equals)", "k": "NoOp(end)", "l": "NoOp(dash--;dash)", "o": "NoOp(x)",
          "p": "NoOp(ac)", "q": "NoOp(y)", "r": "NoOp(z)"}


def seen(text):
    lines, _opened = dialplan.significant_lines(text)
    return [line.text.decode() for line in lines]


def extensions(text):
    return {line.split("=> ")[1].split(",")[0] for line in seen(text) if line.startswith("exten")}


@pytest.mark.parametrize("name", sorted(LOADED))
def test_a_line_that_asterisk_loads_is_seen(name):
    assert name in extensions(TEXT)


@pytest.mark.parametrize("name", ["d", "j"])
def test_a_line_in_a_block_comment_is_not_seen(name):
    assert name not in extensions(TEXT)


def test_block_comments_nest_as_they_do_in_asterisk():
    assert "f" not in extensions(TEXT)


@pytest.mark.parametrize("name", ["m", "n1"])
def test_after_a_lone_end_of_a_comment_asterisk_reads_nothing_up_to_the_next_begin(name):
    assert name not in extensions(TEXT)


def test_a_lone_end_of_a_comment_is_text_of_its_line():
    assert "exten => l,1,NoOp(dash--;dash)" in seen(TEXT)


@pytest.mark.parametrize("raw, kept", [
    (b"exten => s,1,NoOp(x) ; why", ["exten => s,1,NoOp(x)"]),
    (b"; all of it", []),
    (b"", []),
    (b"\t \r\n", []),
    (b"a\\;b ; c", ["a\\;b"]),
    (b"a ;-- b --; c", ["a  c"]),
    (b";--\na\n--;\nb", ["b"]),
    (b";--== x ==--;\nb", ["b"]),
    (b";--- x\nb", ["b"]),
    (b"a\r\nb\r\n", ["a", "b"]),
])
def test_a_line_keeps_what_asterisk_would_see_of_it(raw, kept):
    assert seen(raw) == kept


def test_lines_have_their_numbers_in_the_file():
    lines, _opened = dialplan.significant_lines(b"; one\n\n;--\nx\n--;\n[here]\r\nexten")
    assert [(line.number, line.text) for line in lines] == [(6, b"[here]"), (7, b"exten")]


@pytest.mark.parametrize("text, line", [(b"a\n;--\nb", 2), (b"a\n;-- b --;\nc", None), (b";--;\nx", 1), (b";---\nx", None), (b"", None)])
def test_an_unclosed_block_comment_is_told_with_its_line(text, line):
    assert dialplan.significant_lines(text)[1] == line


def test_of_two_nested_comments_one_end_leaves_the_outer_open():
    assert dialplan.significant_lines(b";-- a ;-- b --;\nx")[1] is not None


def test_bytes_of_another_encoding_are_kept_as_they_are():
    lines, _opened = dialplan.significant_lines("[очередь] ; заметка".encode("cp1251"))
    assert lines[0].text == "[очередь]".encode("cp1251")


@pytest.mark.parametrize("raw, names", [
    (b"[a]", ["a"]), (b" \t[a]", ["a"]), (b"[a](+)", ["a"]), (b"[a](!)", ["a"]), (b"[a](b)", ["a"]), (b"[a] ; x", ["a"]),
    (b";[a]", []), (b";--\n[a]\n--;", []), (b"exten => s,1,NoOp([a])", []), (b"\xef\xbb\xbf[a]", ["a"])])
def test_headers_are_found_also_those_that_add_to_a_context(raw, names):
    assert [name for name, _line in dialplan.headers(dialplan.significant_lines(raw)[0])] == names


@pytest.mark.parametrize("raw, pattern", [
    (b"#include a.conf", "a.conf"), (b'#include "a b.conf"', "a b.conf"), (b"#include <a.conf>", "a.conf"), (b"#tryinclude a/*.conf ; x", "a/*.conf"),
    (b"  #include\ta.conf", "a.conf")])
def test_includes_are_found_in_each_form(raw, pattern):
    assert dialplan.includes(dialplan.significant_lines(raw)[0]) == [pattern]


def test_an_include_of_a_context_is_no_include_of_a_file():
    assert dialplan.includes(dialplan.significant_lines(b"include => other")[0]) == []

# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a sentence quotes, it is one line that a terminal shows as it stands."""
import pytest
from ansible.module_utils.freepbx_failover import fwconsole
from ansible.module_utils.freepbx_failover.findings import error, one_line, quoted, sentence
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("text, said", [
    ("a\0b", "a\\x00b"), ("a\r\nb", "a\\r\\nb"), ("\x1b[31mSales\x1b[0m", "\\x1b[31mSales\\x1b[0m"), ("\u202egnp", "\\u202egnp"), ("очередь №1", "очередь №1"),
    ("\udcff", "\\udcff")])
def test_what_cannot_be_printed_is_written_out(text, said):
    assert one_line(text) == said


@given(st.text())
def test_a_finding_is_one_line_whatever_it_quotes(text):
    assert sentence(error("code", text, text, text)).isprintable()


@given(st.text())
def test_what_a_program_said_stays_short_and_readable(text):
    assert quoted(text).isprintable() and len(quoted(text)) <= 200


@pytest.mark.parametrize("text, said", [
    ("one\n\x1b[31mtwo\x1b[0m\n\n", "two"), ("", "it said nothing"), ("x", "x"), ("42 ", "42"),
    ("\0\1\2 >\n", "what it said cannot be read"), ("Не вышло: «5 €»", "Не вышло: «5 €»")])
def test_of_fwconsole_its_last_line_is_told(text, said):
    assert fwconsole._last_line(text) == said

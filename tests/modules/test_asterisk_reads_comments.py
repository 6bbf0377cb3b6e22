# SPDX-License-Identifier: GPL-3.0-or-later
"""What the unit tests claim that Asterisk loads of tests/unit/fixtures/comments.conf is asked of real Asterisk."""
import re
from pathlib import Path

import lab
import pytest

UNIT = Path(__file__).resolve().parents[1] / "unit"
FILE = "/etc/asterisk/extensions_custom.conf"


@pytest.fixture(scope="module")
def shown(fresh):
    """`dialplan show qftest` with the fixture at the end of the administrator's file."""
    lab.everywhere(f"cat >> {FILE}", (UNIT / "fixtures" / "comments.conf").read_text())
    found = lab.everywhere("asterisk -rx 'dialplan reload' > /dev/null; asterisk -rx 'dialplan show qftest'")
    lab.reset()
    return found


@pytest.mark.parametrize("pbx", list(lab.PBX))
def test_asterisk_loads_of_the_fixture_what_the_unit_tests_say(shown, pbx):
    claimed = re.findall(r'"(\w+)": "(NoOp\([^"]*\))"', (UNIT / "test_comments.py").read_text())
    loaded = re.findall(r"'(\w+)' => +1\. (NoOp\(.*?\)) +\[", shown[pbx])
    assert len(claimed) == 13 and sorted(loaded) == sorted(claimed)

# SPDX-License-Identifier: GPL-3.0-or-later
"""QUEUESTATUS, the empty policies and the GUI's max wait times (FREEPBX.md sections 1 and 3)."""
import pytest
from ansible.module_utils.freepbx_failover import statuses

GUI = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 35 40 45 50 55"
GUI += " 60 80 100 120 140 160 180 200 220 240 260 280 300 360 420 480 540 600 660 720 780 840 900 960 1020 1080 1140"
GUI += " 1200 1500 1800 2100 2400 2700 3000 3300 3600 3900 4200 4500 4800 5100 5400 5700 6000 6300 6600 6900 7200"


def test_the_gui_shows_exactly_the_max_wait_times_of_the_list():
    assert sorted(statuses.GUI_MAX_WAITS) == [int(seconds) for seconds in GUI.split()]


@pytest.mark.parametrize("version, able", [
    ("13.38.3", False), ("16.24.1", False), ("16.25.0", True), ("16.28.0", True), ("17.9.4", False), ("18.10.1", False), ("18.11.0", True),
    ("19.2.1", False), ("19.3.0", True), ("20.0.0", True), ("22.10.0", True), ("9.0.0", False), ("", True), (None, True), ("unknown", True),
])
def test_withdraw_is_known_from_the_release_on_that_brought_it(version, able):
    assert statuses.can_set("WITHDRAW", version) is able


@pytest.mark.parametrize("version", ["13.1.0", "16.28.0", "22.10.0"])
@pytest.mark.parametrize("status", ["TIMEOUT", "FULL", "JOINEMPTY", "LEAVEEMPTY", "CONTINUE", "UNKNOWN"])
def test_every_asterisk_sets_the_other_statuses(status, version):
    assert statuses.can_set(status, version)


@pytest.mark.parametrize("status", ["JOINUNAVAIL", "LEAVEUNAVAIL"])
def test_no_asterisk_sets_the_two_that_are_only_documented(status):
    assert not any(statuses.can_set(status, version) for version in ("13.1.0", "16.28.0", "22.10.0", ""))


def test_the_statuses_are_those_asterisk_can_set():
    assert set(statuses.STATUSES) == {"TIMEOUT", "FULL", "JOINEMPTY", "LEAVEEMPTY", "CONTINUE", "UNKNOWN", "WITHDRAW"}


def test_the_words_of_the_empty_policies_are_stored_as_the_gui_stores_them():
    assert dict(statuses.EMPTY_POLICIES) == {
        "yes": "yes", "no": "no", "strict": "strict", "loose": "loose", "ultra_strict": "penalty,paused,invalid,unavailable,inuse,ringing"}

# SPDX-License-Identifier: GPL-3.0-or-later
"""What we remember of a PBX is never taken for lost while it is only out of reach (finding 08), and its folder is looked at before the first change."""
import json

import pytest
from ansible.module_utils.freepbx_failover import state
from ansible.module_utils.freepbx_failover.findings import Refusal


def refused(folder):
    with pytest.raises(Refusal) as caught:
        state.load(str(folder))
    return str(caught.value)


def test_where_nothing_was_ever_kept_nothing_is_remembered(tmp_path):
    assert state.load(str(tmp_path)) is None and state.load(str(tmp_path / "none")) is None


def test_a_link_that_leads_back_to_itself_is_no_lost_memory(tmp_path):
    (tmp_path / "taken.json").symlink_to("taken.json")
    assert "taken.json leads nowhere by its symbolic links" in refused(tmp_path)


def test_a_link_to_our_memory_is_followed(tmp_path):
    (tmp_path / "kept.json").write_text(json.dumps(state.EMPTY))
    (tmp_path / "taken.json").symlink_to("kept.json")
    assert state.load(str(tmp_path)) == state.EMPTY


def test_a_memory_of_a_newer_release_is_not_called_damaged(tmp_path):
    (tmp_path / "taken.json").write_text(json.dumps(dict(state.EMPTY, version=2)))
    assert "version 2, written by a newer release" in refused(tmp_path) and "damaged" not in refused(tmp_path)


@pytest.mark.parametrize("version", [0, None, "2", [2]])
def test_a_version_that_never_was_is_damage(tmp_path, version):
    (tmp_path / "taken.json").write_text(json.dumps(dict(state.EMPTY, version=version)))
    assert "is damaged" in refused(tmp_path)


def test_a_folder_in_the_place_of_the_lock_is_a_complaint(tmp_path):
    (tmp_path / "lock").mkdir()
    assert state.complaint(str(tmp_path))[0].endswith("/lock is no file")
    (tmp_path / "lock").rmdir()
    (tmp_path / "lock").write_text("")
    assert state.complaint(str(tmp_path)) is None

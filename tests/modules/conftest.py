# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the modules against real MariaDB and Asterisk, in two containers of their own, started fresh for each session."""
import shutil

import lab
import pytest


@pytest.fixture(scope="session")
def pbxs():
    """Both PBXs; without podman there are none, and these tests cannot say anything."""
    if not shutil.which("podman"):
        pytest.fail("these tests need podman for the test PBXs; make pbx-tests installs it")
    lab.start()
    return lab.PBX


@pytest.fixture(scope="module")
def fresh(pbxs):
    """The PBXs as their seed made them."""
    lab.reset()
    return pbxs

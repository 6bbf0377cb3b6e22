# SPDX-License-Identifier: GPL-3.0-or-later
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import support

PBXS = ['lifecycle-asterisk16', 'lifecycle-asterisk22']


@pytest.fixture
def pbxs():
    """Two fresh PBXs with PyMySQL, so that what a test sees is only what it did."""
    support.up(PBXS[0], '16', PBXS[1], '22')
    for pbx in PBXS:
        support.sh(pbx, 'dpkg -i /opt/local-repo/*.deb')
    yield PBXS
    support.down(*PBXS)

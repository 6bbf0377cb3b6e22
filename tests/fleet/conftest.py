# SPDX-License-Identifier: GPL-3.0-or-later
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import support

# Two PBXs of inventories/example and the test PBXs that stand for them.
STANDS_FOR = {'kiel.pbx.example': 'lay16', 'hamburg.pbx.example': 'lay22'}


@pytest.fixture(scope='module')
def fleet():
    support.up('lay16', '16', 'lay22', '22')
    for pbx in STANDS_FOR.values():
        support.sh(pbx, 'dpkg -i /opt/local-repo/*.deb')
    yield STANDS_FOR
    support.down(*STANDS_FOR.values())

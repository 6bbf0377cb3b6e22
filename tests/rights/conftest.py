# SPDX-License-Identifier: GPL-3.0-or-later
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'lifecycle'))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import lab
import support
from looks import differences, looks
from steps import VARS


def pytest_configure(config):
    config.addinivalue_line('markers', 'short: the selection for make test, pytest -m short')


def fresh(pbxs):
    support.up(*[word for pbx in pbxs for word in (pbx, lab.GENERATIONS[pbx])])
    for pbx in pbxs:
        lab.install(pbx)


@pytest.fixture(scope='session')
def rig():
    """Two PBXs with PyMySQL and nothing of ours, and the way back to that."""
    fresh(lab.PBXS)
    yield {'pbxs': lab.PBXS}
    support.down(*lab.PBXS)


def settled(rig):
    """Whether the two PBXs have VARS deployed by asterisk and nothing else, if need be after one more deploy."""
    pbxs = rig['pbxs']
    if 'deployed' not in rig:
        lab.done(lab.deploy(pbxs, VARS))
        rig['deployed'] = looks(pbxs)
        return True
    if not differences(rig['deployed'], looks(pbxs)):
        return True
    lab.deploy(pbxs, VARS)
    return not differences(rig['deployed'], looks(pbxs))


@pytest.fixture
def deployed(rig):
    """The two PBXs with VARS deployed by asterisk; fresh ones where a test left something that a deploy does not mend."""
    if not settled(rig):
        fresh(rig['pbxs'])
        del rig['deployed']
        settled(rig)
    yield rig['pbxs']

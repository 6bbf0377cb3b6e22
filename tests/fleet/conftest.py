# SPDX-License-Identifier: GPL-3.0-or-later
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'safety'))

import lab
import rollouts
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


def wanted(test):
    """How many PBXs a test wants: what its mark `pbxs` says, else all six."""
    mark = test.get_closest_marker('pbxs')
    return mark.args[0] if mark else len(rollouts.FLEET)


@pytest.fixture(scope='module')
def started(request):
    count = max(wanted(test) for test in request.session.items if 'pbxs' in test.fixturenames)
    running = dict(list(rollouts.FLEET.items())[:count])
    lab.start(running)
    yield list(running)
    lab.stop(running)


@pytest.fixture
def pbxs(started, request):
    """PBXs as their seed made them."""
    names = started[:wanted(request.node)]
    lab.everywhere('saf-reset', names)
    return names


def pytest_configure(config):
    config.addinivalue_line('markers', 'pbxs(count): how many PBXs of the fleet the test wants')
    config.addinivalue_line('markers', 'quick: the selection for `make test`; all of it runs in `make fleet`')

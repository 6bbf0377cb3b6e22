# SPDX-License-Identifier: GPL-3.0-or-later
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import lab


def pytest_configure(config):
    config.addinivalue_line('markers', 'quick: the selection for `make test`, some minutes; all of it runs in `make safety`')


@pytest.fixture(scope='session')
def started():
    lab.start()
    yield
    lab.stop()


@pytest.fixture
def pbxs(started):
    """Both PBXs as their seed made them."""
    lab.everywhere('saf-reset')
    return list(lab.PBXS)

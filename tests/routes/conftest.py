# SPDX-License-Identifier: GPL-3.0-or-later
"""Two test PBXs for issue 3, with a caller who tells what he meets on the way; deployed anew only when a test wishes otherwise."""
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ansible.module_utils
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / 'calls'))

import support
import wishes

ansible.module_utils.__path__.insert(0, str(support.ROOT / 'module_utils'))

NAMES = ['routes16', 'routes22']


class Fleet:
    """Both PBXs, and what was last deployed to them."""

    def __init__(self, folder):
        self.folder, self.variables, self.run, self.again = folder, None, None, None
        from watched import Watching  # which wants the project's module_utils
        self.pbxs = {name: Watching(name) for name in NAMES}

    def deploy(self, variables):
        """Bring this wish about, once and again; nothing is done when it is the one in force."""
        if variables != self.variables:
            self.variables = None
            self.run = support.playbook(self.folder, NAMES, variables)
            assert self.run.code == 0, self.run.text
            self.again = support.playbook(self.folder, NAMES, variables)
            assert self.again.code == 0 and self.again.changed == set(), self.again.text
            self.variables = variables
        return self.run

    def refused(self, variables):
        run = support.playbook(self.folder, NAMES, variables)
        assert run.code != 0, run.text
        return run


@pytest.fixture(scope='session')
def fleet(tmp_path_factory):
    support.up(NAMES[0], '16', NAMES[1], '22')
    try:
        for name in NAMES:
            support.sh(name, 'apt-get install -qq -y --no-install-recommends python3-pymysql')
            support.sql(name, wishes.SEED)
            support.sh(name, 'fwconsole reload')
        fleet = Fleet(tmp_path_factory.mktemp('routes'))
        for pbx in fleet.pbxs.values():
            pbx.connect()
        yield fleet
        for pbx in fleet.pbxs.values():
            pbx.close()
    finally:
        support.down(*NAMES)


@pytest.fixture
def each(fleet):
    """Do the same on both PBXs at a time; the first failure is the test's."""
    def calm(pbx):
        pbx.cli('channel request hangup all')
        for agent in ('200', '201', '202', '203'):
            pbx.cli(f'devstate change Custom:AGENT{agent} NOT_INUSE')

    def on_each(work):
        with ThreadPoolExecutor(len(NAMES)) as pool:
            return list(pool.map(work, fleet.pbxs.values()))
    on_each(calm)
    yield on_each
    on_each(calm)

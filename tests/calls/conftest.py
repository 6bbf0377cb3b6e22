# SPDX-License-Identifier: GPL-3.0-or-later
"""Real calls on the test PBXs that --pbx or QUEUE_FAILOVER_PBX names, after a deploy of inventory/group_vars/all.yml."""
import os
import subprocess
from pathlib import Path

import ansible.module_utils
import pytest
import yaml

HERE = Path(__file__).resolve().parent
ROOT = Path(os.environ.get("QF_ROOT") or HERE.parents[1])  # QF_ROOT: another copy, to see tests go red
ansible.module_utils.__path__.insert(0, str(ROOT / "module_utils"))


def pytest_addoption(parser):
    parser.addoption("--pbx", action="append", default=[], help="name of a container that `molecule/pbx/pbx up` started; may repeat")


def names(config):
    given = config.getoption("--pbx") or [os.environ.get("QUEUE_FAILOVER_PBX", "")]
    return [name for text in given for name in text.split(",") if name]


def pytest_generate_tests(metafunc):
    if "pbx" in metafunc.fixturenames:
        metafunc.parametrize("pbx", names(metafunc.config), indirect=True, scope="session")


@pytest.fixture(scope="session")
def wish():
    """The YAML as an administrator wrote it: the source of every expectation."""
    return yaml.safe_load((HERE / "inventory/group_vars/all.yml").read_text())


@pytest.fixture(scope="session")
def pbxs(request):
    """The PBXs, deployed."""
    from callers import Pbx
    found = {name: Pbx(name) for name in names(request.config)}
    for pbx in found.values():
        pbx.sql("UPDATE queues_details SET data='1' WHERE id='602' AND keyword='maxlen'")
        pbx.run("fwconsole", "reload")
    playbook(found, "site.yml")
    for pbx in found.values():
        pbx.connect()
    yield found
    for pbx in found.values():
        pbx.sql("UPDATE queues_details SET data='0' WHERE id='602' AND keyword='maxlen'")
        pbx.run("fwconsole", "reload")
        pbx.close()


def playbook(pbxs, *arguments):
    environment = dict(os.environ, QUEUE_FAILOVER_PBX=",".join(pbxs))
    done = subprocess.run(["ansible-playbook", "-i", str(HERE / "inventory"), *arguments], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def pbx(request, pbxs):
    return pbxs[request.param]


@pytest.fixture(autouse=True)
def quiet(pbx):
    """Every agent's phone is there and rings without being answered; nobody is on a call before or after."""
    def calm():
        pbx.cli("channel request hangup all")
        for agent in ("200", "201", "202", "203"):
            pbx.cli(f"devstate change Custom:AGENT{agent} NOT_INUSE")
        pbx.cli("database deltree AGENT")
    calm()
    yield
    calm()

# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to the PBXs: by ssh as inventory.yml goes, for not every control node has podman."""
import os
import shutil
import subprocess
import tempfile

import pytest
import testinfra

PBXS = ('asterisk16', 'asterisk22')
CACHE = os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache')
SSH = ("-o ProxyCommand='%s' -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
       % (os.environ.get('QUEUE_FAILOVER_PROXY') or 'podman exec -i %h /usr/sbin/sshd -i'))


@pytest.fixture(scope='session')
def hosts():
    """One connection a PBX for all tests: a login costs more than a look."""
    folder = tempfile.mkdtemp(prefix='qf-ssh-')
    found = {}
    for short in PBXS:
        name = '%s-%s' % (os.environ.get('QUEUE_FAILOVER_PREFIX') or 'molecule', short)
        found[short] = testinfra.get_host('ssh://admin@' + name, sudo=True, ssh_extra_args=SSH, controlpath=os.path.join(folder, short),
                                          ssh_identity_file=CACHE + '/queue-failover/ssh/id_ed25519')
    yield found
    for short in PBXS:
        subprocess.run(['ssh', '-O', 'exit', '-o', 'ControlPath=' + os.path.join(folder, short), short], stderr=subprocess.DEVNULL)
    shutil.rmtree(folder)


@pytest.fixture(params=PBXS)
def pbx(request, hosts):
    return hosts[request.param]


@pytest.fixture
def pbx22(hosts):
    return hosts['asterisk22']

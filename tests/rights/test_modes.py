# SPDX-License-Identifier: GPL-3.0-or-later
"""Files keep owner, mode and attributes whatever the umask, and nothing is open to more users than before."""
import json

import pytest

from lab import HERE, deploy, done, root
from looks import STATE, looks
from steps import VARS
from support import asterisk
from test_refused import CHANGED


def inside(pbx):
    root(pbx, 'cat > /root/modes_inside.py <<"END_OF_SCRIPT"\n%s\nEND_OF_SCRIPT' % (HERE / 'modes_inside.py').read_text())
    return json.loads(root(pbx, 'python3 -B /root/modes_inside.py 2> /root/modes_inside.log').splitlines()[-1])


@pytest.mark.short
def test_every_kind_of_file_keeps_what_it_had(deployed):
    assert {pbx: inside(pbx) for pbx in deployed} == {pbx: [] for pbx in deployed}


def test_folders_above_ours_are_not_made_under_whatever_umask(deployed):
    for pbx, answer in deploy(deployed, CHANGED, user='root', umask=0, state_dir='/srv/none/ours').items():
        assert answer.refused and 'the folder /srv/none/ours cannot be made in /srv/none' in answer['msg'], answer
        root(pbx, 'test ! -e /srv/none')


def modes(found):
    return {path: what[1:5] for path, what in found['files'].items() if '/deploys/' not in path}


@pytest.mark.parametrize('umask', [0o000, 0o077])
def test_a_deploy_under_any_umask_leaves_owners_and_modes(deployed, umask):
    before = looks(deployed)
    done(deploy(deployed, CHANGED, umask=umask))
    done(deploy(deployed, VARS, umask=umask))
    after = looks(deployed)
    for pbx in deployed:
        assert modes(after[pbx]) == modes(before[pbx])
        kept = {path: what[1] for path, what in after[pbx]['files'].items() if path.startswith(STATE)}
        assert kept and set(mode for path, mode in kept.items() if after[pbx]['files'][path][0] == 'file') == {'0o600'}
        assert set(mode for path, mode in kept.items() if after[pbx]['files'][path][0] == 'folder') == {'0o700'}


def test_a_file_that_only_asterisk_may_read_and_a_symlink_stay_so(deployed):
    for pbx in deployed:
        root(pbx, 'cd /etc/asterisk && mkdir -p /srv/dialplan && chown asterisk: /srv/dialplan && cp -p extensions_custom.conf /srv/dialplan/ && '
                  'chmod 600 /srv/dialplan/extensions_custom.conf && ln -sf /srv/dialplan/extensions_custom.conf extensions_custom.conf')
    done(deploy(deployed, CHANGED))
    for pbx in deployed:
        assert root(pbx, 'stat -c "%N %F" /etc/asterisk/extensions_custom.conf; stat -c "%U %G %a" /srv/dialplan/*').split() == [
            "'/etc/asterisk/extensions_custom.conf'", '->', "'/srv/dialplan/extensions_custom.conf'", 'symbolic', 'link',
            'asterisk', 'asterisk', '600']
        assert 'Return(ext-queues,01601,1)' in asterisk(pbx, 'dialplan show queue-failover-600')
        root(pbx, 'cd /etc/asterisk && rm extensions_custom.conf && cp -p /srv/dialplan/extensions_custom.conf . && chmod 664 extensions_custom.conf')
    done(deploy(deployed, VARS))

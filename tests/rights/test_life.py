# SPDX-License-Identifier: GPL-3.0-or-later
"""become_user: asterisk alone is enough, except to install PyMySQL: a whole life so, beside the same life as root, with sudo closed for all else."""
import pytest

from lab import AS_ASTERISK, RIG, deploy, done, root
from looks import STATE, differences, looks
from steps import VARS, ok
from support import down, playbook, up
from test_refused import CHANGED

# asterisk's PBX -> root's of the same generation; the number says which
TWINS = {RIG + generation + '-asterisk': RIG + generation + '-root' for generation in ('16', '22')}
ONLY_ASTERISK = "printf 'admin ALL=(asterisk) NOPASSWD: ALL\\n' > /etc/sudoers.d/admin"
EACH_THEIR_OWN = {'queue_failover_become_user': "{{ 'root' if inventory_hostname.endswith('-root') else 'asterisk' }}"}
RENAMED = dict(CHANGED, queue_failover_context='overflow')
LIFE = [('site.yml', VARS), ('site.yml', VARS), ('site.yml', CHANGED), ('playbooks/check.yml', CHANGED), ('playbooks/verify.yml', CHANGED),
        ('site.yml', RENAMED), ('playbooks/rollback.yml', RENAMED), ('playbooks/check.yml', CHANGED),
        ('site.yml', dict(VARS, queue_failover_state='absent'))]


@pytest.fixture
def twins():
    """Four fresh PBXs; on asterisk's two the user of ssh may become asterisk and nobody else."""
    names = [name for pair in TWINS.items() for name in pair]
    up(*[word for name in names for word in (name, '16' if '16' in name else '22')])
    for name in names:
        root(name, 'dpkg -i /opt/local-repo/*.deb')
    for name in TWINS:
        root(name, ONLY_ASTERISK)
        assert root(name, 'su admin -c "sudo -n -u asterisk id -un"').strip() == 'asterisk'
        assert 'password is required' in root(name, 'su admin -c "sudo -n id"', False)
    yield names
    down(*names)


def alike(found):
    """A look without what must differ between the two: where our folder is, whose it is, and the records' names and times."""
    files = {path: what for path, what in found['files'].items() if not path.startswith(STATE)}
    ours = {}
    for path, what in found['files'].items():
        folder = next((top for top in STATE if path.startswith(top)), None)
        if folder and '/deploys/' not in path:
            ours[path[len(folder):]] = [what[0], what[1], what[5]]
    return {'rows': found['rows'], 'files': files, 'loaded': found['loaded'], 'ours': ours}


def without_first_word(run):
    """A run without what Ansible says once, when it makes its own folder in the home of asterisk (docs/permissions.md)."""
    run.text = '\n'.join(line for line in run.text.splitlines() if 'remote_tmp /var/lib/asterisk/.ansible/tmp did not exist' not in line)
    return run


def owners(found):
    return {tuple(what[2:4]) for path, what in found['files'].items() if path.startswith(STATE)}


def test_a_whole_life_as_asterisk_is_the_life_as_root(twins, tmp_path):
    before = looks(twins)
    for name, variables in LIFE:
        run = ok(without_first_word(playbook(tmp_path, twins, dict(variables, **EACH_THEIR_OWN), '--diff', name=name)))
        after = looks(twins)
        for pbx, twin in TWINS.items():
            assert run.tasks_changed(pbx) == run.tasks_changed(twin)
            mine, roots = alike(after[pbx]), alike(after[twin])
            assert mine == roots, '%s: %s' % (name, [part for part in mine if mine[part] != roots[part]])
    assert differences(before, after) == [], 'after the removal all is as it was'
    for pbx, twin in TWINS.items():
        users = root(pbx, 'id -u asterisk; id -g asterisk').split()
        assert owners(after[pbx]) == {tuple(int(number) for number in users)} and owners(after[twin]) == {(0, 0)}
        assert 'become' not in root(pbx, 'ls -A /home/admin /tmp', False)


def test_the_life_inside_the_pbx_as_asterisk(deployed):
    """The short form: without Ansible, from VARS over a change to a removal and back."""
    before = looks(deployed)
    done(deploy(deployed, CHANGED))
    assert differences(before, looks(deployed)) != []
    done(deploy(deployed, dict(CHANGED, queue_failover_state='absent')))
    done(deploy(deployed, VARS))


def test_without_pymysql_asterisk_alone_is_not_enough_and_that_is_said(deployed, tmp_path):
    try:
        for pbx in deployed:
            root(pbx, 'dpkg -r python3-pymysql && cp -p /etc/sudoers.d/admin /root/sudo && ' + ONLY_ASTERISK)
        forbidden = playbook(tmp_path, deployed, dict(VARS, queue_failover_install_pymysql=False, **AS_ASTERISK))
        text = ' '.join(forbidden.text.split())
        assert forbidden.code != 0 and 'PyMySQL is missing and queue_failover_install_pymysql is false; install the package' in text
        refused = playbook(tmp_path, deployed, dict(VARS, **AS_ASTERISK))
        assert refused.code != 0 and 'Traceback' not in refused.text, refused.text
    finally:
        for pbx in deployed:
            root(pbx, 'dpkg -i /opt/local-repo/*.deb; cp -p /root/sudo /etc/sudoers.d/admin')


@pytest.mark.parametrize('name, options', [
    ('site.yml', ['--check']),
    ('playbooks/check.yml', [])])
def test_the_memory_of_root_is_not_passed_over_by_asterisk(deployed, tmp_path, name, options):
    """Where the user may not read what this PBX had before, readers say so too."""
    for pbx in deployed:
        root(pbx, 'chown -R root:root /var/lib/asterisk/queue-failover')
    try:
        text = playbook(tmp_path, deployed, dict(VARS, **AS_ASTERISK), *options, name=name).text
    finally:
        for pbx in deployed:
            root(pbx, 'chown -R asterisk:asterisk /var/lib/asterisk/queue-failover')
    assert 'belongs to another user' in ' '.join(text.split()), text

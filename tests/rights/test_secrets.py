# SPDX-License-Identifier: GPL-3.0-or-later
"""The database password is in no output, log, fact, temporary file or process list, at any verbosity, whatever goes wrong."""
import base64
import json
import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab import HERE, SECRET, broken, deploy, done, root
from support import CACHE, ONE_WAVE, ROOT, SSH
from steps import VARS
from test_refused import CHANGED, CONF, STATE

MANAGER = 'Qf-ami-3vN7'  # the password of Asterisk's manager, which test calls use
# Places that may hold a word: everything but the kernel's own file systems and the distribution's.
PLACES = '/etc /var /tmp /home /root /run /srv /opt /usr/local /dev/shm'
LOCK = STATE + '/lock'


def forms(secret):
    """A secret as it stands, and as base64 shows it at each of the three offsets."""
    inner = [base64.b64encode(b'x' * offset + secret.encode()).decode() for offset in range(3)]
    return [secret] + [text[4 if offset else 0:-4] for offset, text in enumerate(inner)] + [secret.encode().hex()]


WORDS = forms(SECRET) + forms(MANAGER)


def told(text):
    return [word for word in WORDS if word in text]


def holders(pbx):
    """The files of a PBX that hold the database password in any form."""
    patterns = ' '.join("-e '%s'" % word for word in forms(SECRET))
    return set(root(pbx, 'grep -rlaF --exclude=watch_inside.py %s %s 2> /dev/null' % (patterns, PLACES), check=False).split('\n'))


@contextmanager
def watched(pbxs, *options):
    """Watchers inside the PBXs while the block runs; the mapping gets what they saw."""
    running, saw = {}, {}
    for pbx in pbxs:
        root(pbx, "rm -f /run/watched; cat > /run/watch_inside.py <<'END_OF_SCRIPT'\n%s\nEND_OF_SCRIPT" % (HERE / 'watch_inside.py').read_text())
        running[pbx] = subprocess.Popen(['podman', 'exec', '--privileged', '-i', pbx, 'python3', '-B', '/run/watch_inside.py', '240', LOCK, *options],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        running[pbx].stdin.write('\n'.join(WORDS).encode())
        running[pbx].stdin.close()
    try:
        for process in running.values():
            assert process.stdout.readline() == b'watching\n'
        yield saw
    finally:
        for pbx, process in running.items():
            root(pbx, ': > /run/watched')
            saw[pbx] = json.loads(process.stdout.read() or b'{"found": ["the watcher died"], "rounds": 0, "killed": 0}')
            process.wait()


def loud(tmp_path, pbxs, variables, *options, name='site.yml', pipelining='1'):
    """A run that keeps and says all it can: (exit code, everything it printed, logged, cached and left on the control node)."""
    hosts = {'all': {'hosts': {pbx: {} for pbx in pbxs}, 'vars': dict({
        'ansible_user': 'admin', 'ansible_ssh_private_key_file': str(CACHE / 'ssh/id_ed25519'), 'ansible_ssh_common_args': SSH}, **variables)}}
    (tmp_path / 'hosts.json').write_text(json.dumps(hosts))
    out = tmp_path / 'kept'
    out.mkdir(exist_ok=True)
    environment = dict(os.environ, ANSIBLE_NOCOLOR='1', ANSIBLE_LOG_PATH=str(out / 'log'), ANSIBLE_CACHE_PLUGIN='jsonfile',
                       ANSIBLE_CACHE_PLUGIN_CONNECTION=str(out / 'facts'), ANSIBLE_PIPELINING=pipelining,
                       ANSIBLE_LOCAL_TEMP=str(out / 'tmp'), ANSIBLE_DISPLAY_ARGS_TO_STDOUT='1')
    if pipelining == '0':  # Ansible puts no modules into files otherwise, so there is nothing to keep
        environment['ANSIBLE_KEEP_REMOTE_FILES'] = '1'
    done_ = subprocess.run(['ansible-playbook', '-i', str(tmp_path / 'hosts.json'), name, '-e', ONE_WAVE, *options], cwd=ROOT, env=environment,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    kept = [path.read_bytes().decode('utf-8', 'replace') for path in out.rglob('*') if path.is_file()]
    return done_.returncode, '\n'.join([done_.stdout.decode('utf-8', 'replace')] + kept)


INFO = '''
- hosts: all
  gather_facts: false
  tasks:
    - freepbx_info:
      become: true
    - ansible.builtin.debug:
        var: ansible_facts
'''


@pytest.mark.parametrize('pipelining', [pytest.param('1', marks=[pytest.mark.short]), '0'])
def test_a_deploy_tells_nobody_the_password(deployed, tmp_path, pipelining):
    before = {pbx: holders(pbx) for pbx in deployed}
    assert all('/etc/freepbx.conf' in found for found in before.values()), 'the test would find it'
    with watched(deployed) as saw:
        code, text = loud(tmp_path, deployed, CHANGED, '-vvvv', '--diff', pipelining=pipelining)
        assert code == 0 and 'proven' in text, text[-3000:]
        (tmp_path / 'info.yml').write_text(INFO)
        code, more = loud(tmp_path, deployed, CHANGED, '-vvvv', name=str(tmp_path / 'info.yml'), pipelining=pipelining)
        assert code == 0 and 'freepbx_version' in more
    assert told(text + more) == []
    assert {pbx: holders(pbx) for pbx in deployed} == before
    assert all(found['rounds'] > 20 and found['found'] == [] for found in saw.values()), saw


WRONG = {'a wrong password': CONF % 's/Qf-test-8Xk2!pw/Qf-test-8Xk2!pwX/',
         'a setting that is no PHP': CONF % "s/ = .*Qf-test/ = strtolower(\\x27Qf-test/",
         'a port that is the password': CONF % 's/localhost/10.0.0.1/;s/3306/Qf-test-8Xk2!pw/'}


def test_a_refusal_about_the_database_does_not_tell_it(deployed, tmp_path):
    for name, breaking in WRONG.items():
        with broken(deployed, breaking, 'cp -p /root/conf /etc/freepbx.conf; rm /root/conf'):
            code, text = loud(tmp_path, deployed, dict(CHANGED, queue_failover_become_user='asterisk'), '-vvvv', '--diff')
        said = re.search('freepbx.conf (is right|does not set|is no port number)', ' '.join(text.split()))
        assert code != 0 and said and told(text) == [], text[-3000:]
        assert not re.search(r'Traceback|MODULE FAILURE', text), name


def test_a_traceback_in_the_middle_of_a_module_does_not_tell_it(deployed, tmp_path):
    """SIGINT to the process that holds the writers' lock: Python prints a traceback, and Ansible hands on all of it."""
    before = {pbx: holders(pbx) for pbx in deployed}
    with watched(deployed, 'interrupt') as saw:
        code, text = loud(tmp_path, deployed, CHANGED, '-vvvv', '--diff')
    assert code != 0 and all(found['killed'] for found in saw.values()), saw
    assert 'KeyboardInterrupt' in text, 'there was a traceback'
    assert told(text) == [] and [found['found'] for found in saw.values()] == [[], []]
    assert {pbx: holders(pbx) for pbx in deployed} == before
    done(deploy(deployed, VARS))


def test_the_folders_of_the_control_node_hold_nothing_of_it(deployed, tmp_path):
    """playbooks/check.yml writes build/drift.json; verify.yml and rollback.yml print tables."""
    drift = Path(tmp_path, 'drift.json')
    asked = dict(VARS, queue_failover_become_user='asterisk', queue_failover_drift_file=str(drift))
    texts = [loud(tmp_path, deployed, asked, '-vvvv', name='playbooks/%s.yml' % name)[1] for name in ('check', 'verify')]
    texts.append(loud(tmp_path, deployed, asked, '-vvvv', '--check', '--diff', name='playbooks/rollback.yml')[1])
    assert drift.exists(), texts[0][-3000:]
    assert told(''.join(texts) + drift.read_text()) == []

# SPDX-License-Identifier: GPL-3.0-or-later
"""Two test PBXs of our own that are put back between tests, runs with something happening in between, and whole looks at a PBX."""
import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

import support

HERE = Path(__file__).resolve().parent
# SAFETY_PBXS: other names, so that two streams of tests can run side by side.
PBXS = dict(zip(os.environ.get('SAFETY_PBXS', 'saf16,saf22').split(','), ('16', '22')))
SSH = support.SSH.replace('inventory_hostname', 'pbx | default(inventory_hostname)')
# All PBXs at once: what these tests look at is each PBX, and the waves have tests of their own.
ONE_WAVE = '{"queue_failover_waves": ["100%"]}'
# Names of the steps, as a run prints them.
CONTEXT, DESTINATION = 'Load the context that callers', 'Show the context in FreePBX'
QUEUES, APPLY, LEFTOVERS = 'Point the queues at it', 'Bring into force what is not', 'Take out of the dialplan what nothing'
RESTORE, GIVE_BACK = 'Take back what this run changed', 'Give the queues back'
TAKE_DESTINATION, TAKE_CONTEXT = 'Take the Custom Destination out', 'Take the context out of the dialplan'

LOOK = r"""#!/bin/bash
# Every row, every byte, owner and mode in /etc/asterisk, everything Asterisk has loaded, the flag: one line each.
mariadb-dump --compact --skip-extended-insert --no-create-info --order-by-primary asterisk |
    grep -v -e "^INSERT INTO .admin. VALUES ('need_reload'" -e "VALUES ('currentid'" | sed 's/^/row /'
echo "flag $(mariadb -N asterisk -e "SELECT value FROM admin WHERE variable = 'need_reload'")"
cd /etc/asterisk && find . -printf 'file %p %y %m %u %g %l\n' | sort
find . -type f | sort | xargs sha256sum | sed 's/^/bytes /'
show() { asterisk -rx 'dialplan show' | awk '/^\[ Context/ {c = $3} {print "loaded", c, $0}' | grep -v -e ' -= ' -e 'No ethernet' | sort; }
# Asterisk loses a line of a long answer now and then, so two answers must agree.
last=$(show); until now=$(show); [ "$now" = "$last" ]; do last=$now; done
echo "$now"
"""

RESET = r"""#!/bin/bash
# The PBX as it was when the tests began.
set -e
[ ! -e /usr/sbin/sshd.cut ] || mv /usr/sbin/sshd.cut /usr/sbin/sshd
rm -f /etc/fwconsole-standin.delay /etc/fwconsole-standin.delay-after-read
for group in $(cat /run/saf.groups 2> /dev/null); do kill -KILL -- "-$group" 2> /dev/null || true; done
rm -f /run/saf.groups
cp -p /root/fwconsole /usr/sbin/fwconsole
asterisk -rx 'channel request hangup all' > /dev/null
mariadb -e 'DROP DATABASE asterisk; CREATE DATABASE asterisk'
mariadb asterisk < /root/saf.sql
rm -rf /var/lib/queue-failover /var/lib/asterisk/queue-failover
find /etc/asterisk -mindepth 1 -delete
tar -C / -xpf /root/saf-etc.tar
fwconsole reload > /dev/null
"""

PREPARE = r"""set -e
dpkg -i /opt/local-repo/*.deb > /dev/null
cp -p /usr/sbin/fwconsole /root/fwconsole
fwconsole reload > /dev/null
mariadb-dump --skip-comments asterisk > /root/saf.sql
tar -C / -cpf /root/saf-etc.tar etc/asterisk
"""


def start(pbxs=PBXS):
    support.up(*[word for pair in pbxs.items() for word in pair])
    for name, text in (('saf-look', LOOK), ('saf-reset', RESET)):
        everywhere('cat > /usr/local/bin/%s <<"END_OF_SCRIPT"\n%sEND_OF_SCRIPT\nchmod 755 /usr/local/bin/%s' % (name, text, name), pbxs)
    everywhere(PREPARE, pbxs)


def stop(pbxs=PBXS):
    support.down(*pbxs)


def everywhere(command, pbxs=PBXS):
    """The same shell command on both PBXs at once: {pbx: what it printed}."""
    running = {pbx: subprocess.Popen(['podman', 'exec', pbx, 'bash', '-c', command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
               for pbx in pbxs}
    found = {pbx: process.communicate()[0].decode('utf-8', 'replace') for pbx, process in running.items()}
    assert all(process.returncode == 0 for process in running.values()), found
    return found


def sql(statement, pbxs=PBXS):
    """The same statement on both PBXs: {pbx: rows as the client prints them}."""
    return {pbx: '\n'.join('\t'.join(row) for row in support.sql(pbx, statement)) for pbx in pbxs}


def look(pbxs=PBXS):
    """{pbx: the lines of everything that must not change}."""
    return {pbx: text.splitlines() for pbx, text in everywhere('saf-look', pbxs).items()}


def unlike(before, after, *but):
    """What differs between two looks, '- ' gone and '+ ' new; lines with one of the words of `but` left out."""
    found = []
    for pbx in before:
        first, last = set(before[pbx]), set(after[pbx])
        lines = ['- ' + line for line in sorted(first - last)] + ['+ ' + line for line in sorted(last - first)]
        found += ['%s %s' % (pbx, line) for line in lines if not any(word in line for word in but)]
    return found


def mounted(pbx, command):
    """A command in the name spaces of a PBX with rights that the PBX itself has not: mounts, immutable files."""
    process = subprocess.run(['podman', 'inspect', '--format', '{{.State.Pid}}', pbx], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
    return ['nsenter', '-t', process, '-m', '-p', 'sh', '-c', command]


def inside(command, pbxs=PBXS):
    """The same shell command on each PBX, as commands for a hook."""
    return [['podman', 'exec', pbx, 'bash', '-c', command] for pbx in pbxs]


def later(command, pbxs=PBXS):
    """The same, in the background of each PBX until the next test begins."""
    return [['podman', 'exec', '--detach', pbx, 'bash', '-c', 'echo $$ >> /run/saf.groups; ' + command] for pbx in pbxs]


def statement(text, pbxs=PBXS):
    """SQL on each PBX, as commands for a hook."""
    return inside('mariadb asterisk -e "%s"' % text, pbxs)


STOP, KILL = [['kill', '-STOP', '{pid}']], [['kill', '-KILL', '{pid}']]


class Running:
    """A run under way. waves: None for those of the playbook; environment: None as a value takes a variable out."""

    def __init__(self, tmp_path, hosts, variables, *options, name='site.yml', hooks=(), environment=None, waves=ONE_WAVE):
        hosts = hosts if isinstance(hosts, dict) else {host: {} for host in hosts}
        inventory = {'all': {'hosts': hosts, 'vars': dict({
            'ansible_user': 'admin', 'ansible_ssh_private_key_file': str(support.CACHE / 'ssh/id_ed25519'), 'ansible_ssh_common_args': SSH,
            'queue_failover_drift_file': str(Path(tmp_path) / 'drift.json'),
            'queue_failover_rollout_file': str(Path(tmp_path) / 'rollout.json')}, **variables)}}
        path = Path(tmp_path) / ('hosts-%s.yml' % os.urandom(4).hex())
        path.write_text(yaml.safe_dump(inventory, sort_keys=False))
        command = [str(Path(sys.executable).with_name('ansible-playbook')), '-i', str(path), name, *(['-e', waves] if waves else []), *options]
        environment = {
            **os.environ, 'ANSIBLE_NOCOLOR': '1', 'COLUMNS': '500', 'ANSIBLE_RETRY_FILES_ENABLED': '0', 'ANSIBLE_TIMEOUT': '60',
            'SAFETY_HOOKS': json.dumps(hooks), **(environment or {}),
            'ANSIBLE_CALLBACK_PLUGINS': '%s:%s' % (HERE / 'callback_plugins', support.ROOT / 'callback_plugins')}
        self.process = subprocess.Popen(command, cwd=support.ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env={name: value for name, value in environment.items() if value is not None})

    def result(self):
        """support.Run, with the output as one line too, since Ansible breaks sentences."""
        text = self.process.communicate(timeout=600)[0].decode('utf-8', 'replace')
        assert "plugin 'at_task'" not in text, text
        run = support.Run(self.process.returncode, text)
        run.words = ' '.join(text.split())
        return run


def run(tmp_path, hosts, variables, *options, **more):
    return Running(tmp_path, hosts, variables, *options, **more).result()


def ok(run):
    assert run.code == 0, run.text
    return run


def failed(run, *sentences):
    """A run that failed on every PBX and said so in these words."""
    assert run.code == 2, run.text
    for sentence in sentences:
        assert sentence in run.words, '%s\nis missing in\n%s' % (sentence, run.text)
    return run

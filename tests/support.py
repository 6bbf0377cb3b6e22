# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests need to drive the project against the test PBXs: run site.yml, look into a PBX, compare before and after."""
import os
import re
import subprocess
from pathlib import Path

import yaml

# QF_ROOT: another copy, to see tests go red.
ROOT = Path(os.environ.get('QF_ROOT') or Path(__file__).resolve().parent.parent)
CACHE = Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache') / 'queue-failover'
SSH = ("-o ProxyCommand='podman exec -i {{ inventory_hostname }} /usr/sbin/sshd -i' "
       '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR')


# All PBXs at once: what these tests look at is each PBX, and the waves have tests of their own.
ONE_WAVE = '{"queue_failover_waves": ["100%"]}'


def up(*names_and_generations):
    """Fresh test PBXs: up('a', '16', 'b', '22')."""
    subprocess.run([str(ROOT / 'molecule/pbx/pbx'), 'up', *names_and_generations], check=True, stdout=subprocess.DEVNULL)


def down(*names):
    subprocess.run([str(ROOT / 'molecule/pbx/pbx'), 'down', *names], check=True)


def sh(pbx, command, check=True):
    """What a shell command prints inside a PBX, as root."""
    done = subprocess.run(['podman', 'exec', pbx, 'sh', '-c', command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if check and done.returncode:
        raise AssertionError('%s: %s: %s' % (pbx, command, done.stdout.decode('utf-8', 'replace')))
    return done.stdout.decode('utf-8', 'replace')


def sql(pbx, statement):
    """The rows of a statement, each a list of texts."""
    done = subprocess.run(['podman', 'exec', '-i', pbx, 'mariadb', '--batch', '--skip-column-names', '--raw', 'asterisk'],
                          input=statement.encode(), stdout=subprocess.PIPE, check=True)
    return [line.split('\t') for line in done.stdout.decode().splitlines()]


def asterisk(pbx, command):
    return sh(pbx, "asterisk -rx '%s'" % command)


def tables(pbx):
    """Every row of FreePBX's database as text, to compare before and after."""
    return sh(pbx, 'mariadb-dump --skip-comments --skip-extended-insert --order-by-primary asterisk')


def config(pbx):
    """Checksums, owners and modes of everything in /etc/asterisk, and whether there is a state folder."""
    return sh(pbx, 'cd /etc/asterisk && find . -type f -o -type l | sort | xargs sha256sum; stat -c "%n %U %G %a" *; ls -la /var/lib/queue-failover 2>&1; echo')


def reloads(pbx):
    """How many reloads of any kind there were: (by fwconsole, of the dialplan as Asterisk logs it)."""
    by_fwconsole = sh(pbx, 'cat /var/log/asterisk/fwconsole-standin.log 2>/dev/null', check=False).count(' reload')
    return by_fwconsole, sh(pbx, 'cat /var/log/asterisk/full').count('merge leftovers back')


class Run:
    """One ansible-playbook run: its exit code, whole output, and which task changed which host."""

    def __init__(self, code, text):
        self.code, self.text = code, text
        self.changed = set()
        task = None
        for line in text.splitlines():
            found = re.match(r'TASK \[(.*?)\] \*', line)
            task = found.group(1) if found else task
            found = re.match(r'changed: \[([^\]]+)\]', line)
            if found:
                self.changed.add((found.group(1), task))

    def tasks_changed(self, host):
        return {task for name, task in self.changed if name == host}


def playbook(tmp_path, hosts, variables, *options, name='site.yml'):
    """Run a playbook of the project with the variables as the inventory of those hosts."""
    inventory = {'all': {'hosts': {host: {} for host in hosts}, 'vars': dict({
        'ansible_user': 'admin', 'ansible_ssh_private_key_file': str(CACHE / 'ssh/id_ed25519'), 'ansible_ssh_common_args': SSH}, **variables)}}
    path = Path(tmp_path) / 'hosts.yml'
    path.write_text(yaml.safe_dump(inventory, sort_keys=False))
    done = subprocess.run(['ansible-playbook', '-i', str(path), name, '-e', ONE_WAVE, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, ANSIBLE_NOCOLOR='1', COLUMNS='500'), check=False)
    return Run(done.returncode, done.stdout.decode('utf-8', 'replace'))

# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of a playbook against one PBX, as an administrator starts it; it can be looked at while it runs and broken off."""
import os
import subprocess
import sys
import time
from pathlib import Path

import yaml

import support

HERE = Path(__file__).resolve().parent
ROOT = Path(os.environ.get('QF_ROOT') or HERE.parents[1])
SSH = "-o ProxyCommand='%s %s {{ inventory_hostname }}' -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
LIMIT = 240  # seconds after which a run counts as hanging


class Run:
    def __init__(self, pbx, folder, wish, stop_at=0, playbook='site.yml'):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.steps_file = self.folder / 'steps'
        for path in (self.steps_file, self.steps_file.with_suffix('.go')):
            path.unlink(missing_ok=True)
        self.out = self.folder / 'out'
        variables = {'ansible_user': 'admin', 'ansible_ssh_private_key_file': str(support.CACHE / 'ssh/id_ed25519'),
                     'ansible_ssh_common_args': SSH % (HERE / 'line', line_file(folder))}
        inventory = self.folder / 'hosts.yml'
        inventory.write_text(yaml.safe_dump({'all': {'hosts': {pbx: {}}, 'vars': dict(variables, **wish)}}))
        environment = dict(
            os.environ, ANSIBLE_NOCOLOR='1', COLUMNS='500', CHAOS_STEPS=str(self.steps_file), CHAOS_STOP_AT=str(stop_at),
            ANSIBLE_CALLBACK_PLUGINS=str(HERE / 'callback_plugins'), ANSIBLE_CALLBACKS_ENABLED='steps',
            ANSIBLE_SSH_CONTROL_PATH_DIR=str(control_folder(folder)), ANSIBLE_LOCAL_TEMP=str(Path(folder) / 'tmp'))
        command = [str(Path(sys.executable).parent / 'ansible-playbook'), '-i', str(inventory), playbook]
        self.started = time.time()
        with open(self.out, 'wb') as out:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                            start_new_session=True)

    def steps(self):
        """[(time, name)] of the tasks that have begun."""
        if not self.steps_file.exists():
            return []
        found = [line.split(' ', 1) for line in self.steps_file.read_text().split('\n')[:-1]]
        return [(float(begun), name) for begun, name in found]

    def running(self):
        return self.process.poll() is None

    def go_on(self):
        """Let a run go on that waits before a task."""
        self.steps_file.with_suffix('.go').touch()

    def result(self):
        """support.Run of the whole; raises TimeoutExpired where it hangs."""
        self.process.wait(timeout=LIMIT)
        self.ended = time.time()
        return support.Run(self.process.returncode, self.out.read_text(errors='replace'))


def control_folder(folder):
    """Where ssh keeps the sockets of this PBX's connections: a short path, and ours alone."""
    return Path(folder) / 'cp'


def line_file(folder):
    """While this file exists, no connection to the PBX can be made."""
    return Path(folder) / 'line-down'

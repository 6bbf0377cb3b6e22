# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to break a run off, and what an administrator's system does about each afterwards: start again what died, nothing more."""
import os
import signal
import subprocess
import time

import processes
from runs import control_folder, line_file

KINDS = ['control', 'module', 'mariadb', 'asterisk', 'connection', 'reload']
MARIADB = """setsid /usr/sbin/mariadbd --user=mysql > /dev/null 2>&1 < /dev/null &
for _ in $(seq 600); do mariadb-admin ping > /dev/null 2>&1 && exit 0; sleep 0.05; done; exit 1"""
# Each file that is written is a change or two here: its folder gets a temporary file, and then the file is another one.
WRITTEN = ['/etc/asterisk', '/etc/asterisk/extensions_custom.conf', '/etc/asterisk/extensions_additional.conf', '/var/lib/queue-failover',
           '/var/lib/queue-failover/deploys']
VICTIMS = {'module': processes.is_module, 'reload': processes.is_fwconsole, 'mariadb': processes.is_mariadb, 'asterisk': processes.is_asterisk}
NEEDS_A_STEP = ('module', 'reload')  # there is something to kill only inside a step


class Killer:
    """Knows one PBX and the folder of its runs. Each kind returns how many processes it killed: 0 means not yet."""

    def __init__(self, pbx, folder, rng):
        self.pbx, self.folder, self.rng = pbx, folder, rng
        self.space = processes.Space(pbx)
        self.seen, self.count = None, 0

    def kill(self, kind, run):
        return getattr(self, kind)(run)

    def control(self, run):
        """The whole control process at once; by turns the ssh connection that outlives it too, as when its machine loses power."""
        numbers = processes.family(run.process.pid)
        if self.rng.random() < 0.5:
            numbers += processes.with_word(str(control_folder(self.folder)))
        os.killpg(run.process.pid, signal.SIGKILL)
        return 1 + processes.kill(numbers)

    def module(self, run):
        return self._victims('module')

    def reload(self, run):
        return self._victims('reload')

    def mariadb(self, run):
        return self._victims('mariadb')

    def asterisk(self, run):
        return self._victims('asterisk')

    def connection(self, run):
        """The line is dead from here on. By turns the PBX's end is killed, or ours, so that what runs there learns of it late."""
        line_file(self.folder).touch()
        if self.rng.random() < 0.5:
            return 1 + processes.kill(process.number for process in self.space.find(processes.is_sshd))
        return 1 + processes.kill(processes.with_word(str(control_folder(self.folder))))

    def changes(self, anew=False):
        """How many changes there were in the folders a run writes to; called over and over, it counts them within a fraction of a ms."""
        now = [self._stamp(name) for name in WRITTEN]
        self.count = 0 if anew else self.count + (now != self.seen)
        self.seen = now
        return self.count

    def _stamp(self, name):
        try:
            status = os.stat(self.space.root + name)
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def ambush(self, kind, run, change):
        """Watch the files for a moment, and kill at once when they have changed so often; 0 if they have not yet."""
        victims = [process.number for process in self.space.find(VICTIMS[kind])] if kind in VICTIMS else None
        until = time.monotonic() + 0.02
        while time.monotonic() < until:
            if self.changes() >= change:
                return self.kill(kind, run) if victims is None else processes.kill(victims)
        return 0

    def _victims(self, kind):
        return processes.kill(process.number for process in self.space.find(VICTIMS[kind]))

    def heal(self):
        """Start what is dead; the line works again."""
        line_file(self.folder).unlink(missing_ok=True)
        if not self.space.find(processes.is_mariadb):
            assert self._podman(self.pbx, 'sh', '-c', MARIADB) == 0, 'MariaDB does not start'
        if not self.space.find(processes.is_asterisk):
            assert self._podman(self.pbx, '/usr/local/sbin/pbx-start-asterisk') == 0, 'Asterisk does not start'

    def wait_for_quiet(self, seconds=90):
        """Until nothing of the broken run works on the PBX any more."""
        def quiet():
            return not self.space.find(lambda process: processes.is_module(process) or processes.is_fwconsole(process))
        self._until(quiet, 'a module of the broken run still works', seconds)

    @staticmethod
    def _until(test, complaint, seconds=60):
        deadline = time.monotonic() + seconds
        while not test():
            assert time.monotonic() < deadline, complaint
            time.sleep(0.05)

    @staticmethod
    def _podman(*words):
        return subprocess.run(['podman', 'exec', *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode

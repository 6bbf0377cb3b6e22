# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes by what they are: those of one test PBX, seen from outside, and those that a run of ours started. Kills by id alone."""
import os
import signal
import subprocess


class Process:
    def __init__(self, number):
        self.number = number
        with open('/proc/%d/cmdline' % number, 'rb') as source:
            self.words = [word.decode('utf-8', 'replace') for word in source.read().split(b'\0')[:-1]]
        with open('/proc/%d/stat' % number, encoding='utf-8', errors='replace') as source:
            text = source.read()
        self.name = text[text.index('(') + 1:text.rindex(')')]
        self.state, parent = text[text.rindex(')') + 2:].split()[:2]
        self.parent = int(parent)
        self.space = os.readlink('/proc/%d/ns/pid' % number)


def of(numbers):
    for number in numbers:
        try:
            process = Process(number)
        except (OSError, ValueError):
            continue
        if process.state != 'Z':
            yield process


def all_of_them():
    return of([int(name) for name in os.listdir('/proc') if name.isdigit()])


class Space:
    """The processes of a container, and its files, as seen from outside."""

    def __init__(self, pbx):
        done = subprocess.run(['podman', 'inspect', '--format', '{{.State.Pid}}', pbx], stdout=subprocess.PIPE, check=True)
        self.first = int(done.stdout)
        self.space = os.readlink('/proc/%d/ns/pid' % self.first)
        self.root = '/proc/%d/root' % self.first
        self.list = next((path for path in self._lists() if os.path.exists(path)), None)

    def _lists(self):
        """Where the kernel lists the processes of the container, which is quicker than to look at all there are."""
        with open('/proc/%d/cgroup' % self.first, encoding='utf-8') as source:
            for line in source.read().splitlines():
                _number, name, path = line.split(':', 2)
                if path != '/':
                    yield '/sys/fs/cgroup/%s%s/cgroup.procs' % (name.replace('name=', ''), path)

    def find(self, test):
        if self.list is None:
            candidates = all_of_them()
        else:
            with open(self.list, encoding='ascii') as source:
                candidates = of([int(line) for line in source])
        return [process for process in candidates if process.space == self.space and test(process)]


def is_module(process):
    """Ansible pipes a module into a Python that has no arguments."""
    return process.name.startswith('python3') and len(process.words) == 1


def is_fwconsole(process):
    return process.name.startswith(('python3', 'fwconsole')) and any(word.endswith('/fwconsole') for word in process.words)


def is_asterisk(process):
    return process.name == 'asterisk' and '-f' in process.words


def is_mariadb(process):
    return process.name == 'mariadbd'


def is_sshd(process):
    return process.name.startswith('sshd')


def family(number):
    """A process and all that it started, as long as their parents still live."""
    found, children = [], {}
    for process in all_of_them():
        children.setdefault(process.parent, []).append(process.number)
    waiting = [number]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def with_word(text):
    """The ids of processes that have the text in their command line; used with the name of a folder that is ours alone."""
    return [process.number for process in all_of_them() if any(text in word for word in process.words)]


def kill(numbers):
    """SIGKILL to each; how many there were."""
    killed = 0
    for number in numbers:
        try:
            os.kill(number, signal.SIGKILL)
            killed += 1
        except ProcessLookupError:
            pass
    return killed

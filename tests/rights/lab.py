# SPDX-License-Identifier: GPL-3.0-or-later
"""Two PBXs of our own, what is broken on them and mended, and deploys inside them (inside.py)."""
import functools
import json
import os
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path

from looks import looks
from support import ROOT

HERE = Path(__file__).resolve().parent
RIG = os.environ.get('QF_RIG', 'rig')  # another name, to run two selections side by side
GENERATIONS = {RIG + '16': '16', RIG + '22': '22'}
PBXS = list(GENERATIONS)
SECRET = 'Qf-test-8Xk2!pw'  # how the database password of the test PBXs begins, before its quotes
AS_ASTERISK = {'queue_failover_become_user': 'asterisk'}


def root(pbx, command, check=True):
    """What a shell command prints inside a PBX, as root with every capability: it may mount and set file flags."""
    done = subprocess.run(['podman', 'exec', '--privileged', '-i', pbx, 'sh', '-c', command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    text = done.stdout.decode('utf-8', 'replace')
    assert not check or done.returncode == 0, '%s: %s: %s' % (pbx, command, text)
    return text


def everywhere(pbxs, command):
    return {pbx: root(pbx, command) for pbx in pbxs}


@contextmanager
def broken(pbxs, breaking, mending):
    """The PBXs broken for as long as the block runs; looks at them as they were then."""
    try:
        everywhere(pbxs, breaking)
        yield looks(pbxs)
    finally:
        everywhere(pbxs, mending)


def flag(path, change):
    """A command that sets (|) or clears (&~) a file's flag "immutable", as chattr does, which not every image has."""
    return ('python3 -c "import fcntl, os, struct; handle = os.open(\'%s\', os.O_RDONLY); '
            "old = struct.unpack('l', fcntl.ioctl(handle, 0x80086601, bytes(8)))[0]; "
            "fcntl.ioctl(handle, 0x40086602, struct.pack('l', old %s 16))\"" % (path, change))


def small(folder, pages):
    """Commands that put a file system in the place of a folder that has so many pages of 4 KiB left, and that take it away."""
    size = 512
    keep = '/root/keep'
    full = folder + ('/full' if folder == '/etc/asterisk' else '/deploys/full')
    fill = ('rm -rf %(keep)s && cp -a %(folder)s %(keep)s && mount -t tmpfs -o size=%(size)dk,mode=755 tmpfs %(folder)s && '
            'cp -a %(keep)s/. %(folder)s && { dd if=/dev/zero of=%(full)s bs=4k 2> /dev/null; truncate -s -%(left)d %(full)s; }'
            % {'keep': keep, 'folder': folder, 'size': size, 'left': pages * 4096, 'full': full})
    return fill, 'umount %s && rm -rf %s' % (folder, keep)


@functools.lru_cache(maxsize=None)
def skeleton(context):
    """The skeleton of the block, rendered by Ansible with the role's defaults."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, 'skeleton')
        role = ROOT / 'roles/queue_failover'
        known = {'ansible_python_interpreter': '{{ ansible_playbook_python }}'}
        play = [{'hosts': 'localhost', 'connection': 'local', 'gather_facts': False, 'vars': known, 'tasks': [
            {'ansible.builtin.include_vars': {'file': str(role / 'defaults/main.yml')}},
            {'ansible.builtin.include_vars': {'file': str(role / 'vars/main.yml')}},
            {'ansible.builtin.set_fact': {'queue_failover_context': context}},
            {'ansible.builtin.copy': {'content': '{{ __queue_failover_skeleton }}', 'dest': str(out)}}]}]
        book = Path(folder, 'play.yml')
        book.write_text(json.dumps(play))
        subprocess.run(['ansible-playbook', '-i', 'localhost,', str(book)], cwd=ROOT, check=True, stdout=subprocess.PIPE)
        return out.read_text()


def wish(variables):
    """The variables of the role as freepbx_failover_routes takes them."""
    context = variables.get('queue_failover_context', 'queue-failover')
    return {'context': context, 'state': variables.get('queue_failover_state', 'present'), 'skeleton': skeleton(context),
            'default': {'terminate': 'hangup'}, 'queues': variables['queue_failover_queues'],
            'custom_destination': variables.get('queue_failover_custom_destination', 'Queue failover'),
            'custom_destination_notes': 'Managed by the Ansible role queue_failover'}


def pack():
    """The project's modules and inside.py as a tar, read once more for every fresh PBX."""
    with tempfile.TemporaryFile() as out:
        with tarfile.open(fileobj=out, mode='w') as tar:
            for name in ('library', 'module_utils'):
                tar.add(ROOT / name, name)
            tar.add(HERE / 'inside.py', 'inside.py')
        out.seek(0)
        return out.read()


def install(pbx):
    """PyMySQL, and what deploys inside need, readable for asterisk."""
    root(pbx, 'dpkg -i /opt/local-repo/*.deb')
    subprocess.run(['podman', 'exec', '-i', pbx, 'sh', '-c', 'mkdir -p /opt/rights && tar -C /opt/rights -x && chmod -R a+rX /opt/rights'],
                   input=pack(), check=True)


class Answer(dict):
    """What a deploy inside a PBX ended with: changed, or step, msg, traceback, restored."""

    @property
    def refused(self):
        return 'step' in self

    @property
    def text(self):
        return json.dumps(self)

    @property
    def sentences(self):
        """What the administrator reads: why the step failed, and what kept the way back from working."""
        return [self['msg']] + ([self['restored']['msg']] if 'msg' in self.get('restored', {}) else [])


def done(answers):
    """The answers of deploys that must have worked."""
    for pbx, answer in answers.items():
        assert 'changed' in answer and not answer.refused, (pbx, answer)
    return answers


def deploy(pbxs, variables, user='asterisk', umask=0o022, break_at=0, how='kill', state_dir='', restore=True):
    """One deploy inside every PBX at the same time: {pbx: Answer}; an empty one for a run that was killed."""
    order = json.dumps({'wish': wish(variables), 'user': user, 'umask': umask, 'break_at': break_at, 'how': how,
                        'state_dir': state_dir, 'restore': restore}).encode()
    running = {}
    for pbx in pbxs:
        running[pbx] = subprocess.Popen(['podman', 'exec', '-i', pbx, 'python3', '-B', '/opt/rights/inside.py'], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ))
        running[pbx].stdin.write(order)
        running[pbx].stdin.close()
    found = {}
    for pbx, process in running.items():
        out, trouble = process.stdout.read(), process.stderr.read()
        process.wait()
        found[pbx] = Answer(json.loads(out) if out.strip() else {'trouble': trouble.decode('utf-8', 'replace')})
    return found

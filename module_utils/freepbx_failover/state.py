# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to our folder on the PBX: what we took over, and the lock that keeps two writers apart."""
import copy
import errno
import fcntl
import json
import os
import time
from contextlib import contextmanager

from ansible.module_utils.freepbx_failover import files
from ansible.module_utils.freepbx_failover.findings import Refusal, RowsStay

# Where it is unless the administrator says otherwise: root's, and that of a user who may not make root's.
OWN = ('taken.json', 'lock', 'deploys', 'room')
# Bytes that a deploy keeps free for its way back: record and memory of a thousand queues.
ROOM = 256 * 1024
FOLDERS = ('/var/lib/queue-failover', '/var/lib/asterisk/queue-failover')
# queues: {queue: {setting: {former, ours}}}; returned: queues given back whose former values are not proven in force yet;
# custom_destination: {destid, made, former}; context: its name at the last deploy.
EMPTY = {'version': 1, 'queues': {}, 'returned': [], 'custom_destination': None, 'context': None}


def folder(wanted):
    """The state folder: the one that is wanted, else the one there is, else the first that this user may make."""
    found = [path for path in FOLDERS if os.path.isdir(path)]
    return wanted or (found[0] if found else FOLDERS[0] if os.access(os.path.dirname(FOLDERS[0]), os.W_OK) else FOLDERS[1])


def complaint(path):
    """(what, remedy) if this user cannot keep our memory in the folder, else None; a look, nothing is written.

    A second memory elsewhere would not know what the first took over, so a folder of another user is no reason to make one.
    """
    parent = os.path.dirname(path.rstrip('/'))
    if not os.path.lexists(path):
        return None if os.access(parent, os.W_OK | os.X_OK) else (
            'the folder %s cannot be made in %s by the user %s' % (path, parent, files.user()), 'make it: install -d -m 700 -o %s %s' % (files.user(), path))
    if not os.path.isdir(path):
        return '%s is no folder' % path, 'move it away or name another folder'
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return 'the file system of %s is read-only' % path, 'see why and mount it for writing'
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return ('the folder %s with what this PBX had before belongs to another user, and %s may not use it' % (path, files.user()),
                'run as that user (queue_failover_become_user), or give it to this one: chown -R %s %s' % (files.user(), path))
    if os.path.lexists(os.path.join(path, 'lock')) and not os.path.isfile(os.path.join(path, 'lock')):
        return '%s is no file' % os.path.join(path, 'lock'), 'move it away, it holds nothing'
    locked_out = [name for name in OWN if os.path.exists(os.path.join(path, name)) and not os.access(os.path.join(path, name), os.R_OK | os.W_OK)]
    if locked_out:
        return ('%s in %s belongs to another user, and %s may not use it' % (locked_out[0], path, files.user()),
                'give all of it to this one: chown -R %s %s' % (files.user(), path))
    others = sorted(name for name in os.listdir(path) if name not in OWN and not name.startswith(files.TEMPORARY))
    return ('%s holds other things too (%s)' % (path, ', '.join(others[:3])), 'give a folder of its own') if others else None


def refuse_unusable(path):
    """Raise Refusal if this user cannot keep our memory in the folder."""
    found = complaint(path)
    if found:
        raise Refusal('%s; %s' % found)


def load(folder):
    """What we remember of this PBX, or None if we remember nothing. A damaged file is a Refusal: guessing could lose a destination."""
    path = os.path.join(folder, 'taken.json')
    _refuse_circle(path)
    if not os.access(path, os.R_OK):
        return None  # not there, or of another user, which complaint() says
    try:
        memory = dict(EMPTY, **json.loads(files.read(path).decode('utf-8')))
        _refuse_newer(path, memory)
        damage = _damage(memory)
    except (ValueError, TypeError):
        damage = 'it is no mapping'
    if damage:
        raise Refusal('%s is damaged (%s); move it away, and the former destinations are read from the comments in extensions_custom.conf'
                      % (path, damage))
    return memory


def _refuse_circle(path):
    """Raise Refusal for a symbolic link that leads back to itself: our memory is out of reach then, and not missing."""
    try:
        os.stat(path)
    except OSError as problem:
        if problem.errno == errno.ELOOP:
            raise Refusal('%s leads nowhere by its symbolic links (%s); put the file back, or move the link away, and the former destinations are read '
                          'from the comments in extensions_custom.conf' % (path, problem.strerror))


def _refuse_newer(path, memory):
    """Raise Refusal for a memory in a form that came after us: we could neither read nor keep it."""
    if isinstance(memory['version'], int) and memory['version'] > EMPTY['version']:
        raise Refusal('%s is of version %d, written by a newer release of this role than this one, which knows version %d; run the newer one here'
                      % (path, memory['version'], EMPTY['version']))


def _damage(memory):
    """What is wrong with the shape of our memory, '' if nothing is."""
    if memory['version'] != EMPTY['version']:
        return 'it is of version %s, this role knows version %d' % (memory['version'], EMPTY['version'])
    if not isinstance(memory['queues'], dict):
        return 'queues is no mapping'
    for queue, settings in memory['queues'].items():
        if not isinstance(settings, dict) or any(not isinstance(entry, dict) or {'former', 'ours'} - set(entry) for entry in settings.values()):
            return 'queue %s has no former and own values' % queue
        if any(value is not None and not isinstance(value, str) for entry in settings.values() for value in (entry['former'], entry['ours'])):
            return 'a value of queue %s is no text' % queue
    custom = memory['custom_destination']
    if custom is not None and (not isinstance(custom, dict) or {'destid', 'made', 'former'} - set(custom)):
        return 'custom_destination has no id'
    if not isinstance(memory['returned'], list):
        return 'returned is no list'
    return '' if memory['context'] is None or isinstance(memory['context'], str) else 'context is no name'


def save(folder, memory):
    """Keep what we remember, whole or not at all; folder 0700, file 0600, of the managing user."""
    make(folder)
    data = json.dumps(memory, indent=1, sort_keys=True).encode('utf-8') + b'\n'
    files.replace(os.path.join(folder, 'taken.json'), data, new_mode=0o600)


def keep_room(folder):
    """Take the room that the way back may need while there is some; raises Refusal if there is none, before anything is written."""
    path = os.path.join(folder, 'room')
    if not os.path.exists(path):
        make(folder)
        files.replace(path, bytes(ROOM), new_mode=0o600)


def tidy(folder):
    """Give that room to what is written next, and take away what a module that was killed left."""
    files.sweep(folder)
    files.remove(os.path.join(folder, 'room'))


def is_tidy(folder):
    """Whether nothing of a deploy that was broken off lies about; a look, nothing is written."""
    return not os.path.exists(os.path.join(folder, 'room')) and not files.leftovers(folder)


@contextmanager
def taken_back_on_failure(folder, memory):
    """Remember nothing of what the block was about to do if it fails: its transaction is rolled back then."""
    before = copy.deepcopy(memory)
    try:
        yield
    except RowsStay:
        raise
    except BaseException:
        if memory != before:
            save(folder, before)
        raise


@contextmanager
def locked(folder, write, seconds=300):
    """Hold the writers' lock while the block runs; the kernel frees it even if we are killed. Raises Refusal after so many seconds.

    write: whether there will be writing at all; readers make no folder and take no lock.
    """
    if not write:
        yield
        return
    make(folder)
    path = os.path.join(folder, 'lock')
    with _opened(path) as handle:
        _wait(handle, path, seconds)
        yield


def _opened(path):
    try:
        handle = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 'a')
        os.fchmod(handle.fileno(), 0o600)
        return handle
    except OSError as problem:
        remedy = 'give the folder back to him: chown -R %s %s' % (files.user(), os.path.dirname(path))
        raise Refusal('the lock %s cannot be opened (%s) by the user %s; %s' % (
            path, problem.strerror, files.user(), remedy if problem.errno in (errno.EACCES, errno.EPERM) else 'see what stands there, then run again'))


def _wait(handle, path, seconds):
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as problem:
            if problem.errno not in (errno.EACCES, errno.EAGAIN):
                raise
        if time.monotonic() > deadline:
            raise Refusal('another run of queue_failover holds %s for over %d s; wait for it and run again' % (path, seconds))
        time.sleep(0.2)


def make(folder):
    """The folder, mode 0700."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as problem:
        raise Refusal('the folder %s cannot be made (%s); run as root, or set queue_failover_state_dir to a folder this user may write'
                      % (folder, problem.strerror))

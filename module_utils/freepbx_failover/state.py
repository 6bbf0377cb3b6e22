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
from ansible.module_utils.freepbx_failover.findings import Refusal

FOLDER = '/var/lib/queue-failover'
# queues: {queue: {setting: {former, ours}}}; returned: queues given back whose former values are not proven in force yet;
# custom_destination: {destid, made, former}; reload_due: the run whose rows wait for a reload; context: its name at the last deploy.
EMPTY = {'version': 1, 'queues': {}, 'returned': [], 'custom_destination': None, 'reload_due': None, 'context': None}


def load(folder):
    """What we remember of this PBX, or None if we remember nothing. A damaged file is a Refusal: guessing could lose a destination."""
    path = os.path.join(folder, 'taken.json')
    if not os.path.exists(path):
        return None
    try:
        memory = json.loads(files.read(path).decode('utf-8'))
        return dict(EMPTY, **memory)
    except (ValueError, TypeError):
        raise Refusal('%s is damaged; move it away, and the former destinations are read from the comments in extensions_custom.conf' % path)


def save(folder, memory):
    """Keep what we remember, whole or not at all; folder 0700, file 0600, of the managing user."""
    _make(folder)
    data = json.dumps(memory, indent=1, sort_keys=True).encode('utf-8') + b'\n'
    files.replace(os.path.join(folder, 'taken.json'), data, new_mode=0o600)


@contextmanager
def taken_back_on_failure(folder, memory):
    """Remember nothing of what the block was about to do if it fails: its transaction is rolled back then."""
    before = copy.deepcopy(memory)
    try:
        yield
    except BaseException:
        if memory != before:
            save(folder, before)
        raise


@contextmanager
def locked(folder, write, seconds=60):
    """Hold the writers' lock while the block runs; the kernel frees it even if we are killed. Raises Refusal after so many seconds.

    write: whether there will be writing at all; readers make no folder and take no lock.
    """
    if not write:
        yield
        return
    _make(folder)
    path = os.path.join(folder, 'lock')
    with open(path, 'a') as handle:
        os.chmod(path, 0o600)
        _wait(handle, path, seconds)
        yield


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


def _make(folder):
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as problem:
        raise Refusal('the folder %s cannot be made (%s); run as root, or set queue_failover_state_dir to a folder this user may write'
                      % (folder, problem.strerror))

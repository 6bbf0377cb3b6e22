# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to files that belong to others: read as bytes, replaced whole, with owner, mode and attributes as they were."""
import glob
import os
import shutil
import tempfile

from ansible.module_utils.freepbx_failover import dialplan
from ansible.module_utils.freepbx_failover.findings import Refusal


def read(path, missing_ok=False):
    try:
        with open(path, 'rb') as handle:
            return handle.read()
    except FileNotFoundError:
        if missing_ok:
            return b''
        raise Refusal('%s does not exist; see whether FreePBX is installed whole' % path)
    except OSError as problem:
        raise Refusal('%s cannot be read (%s); run as root or as the user asterisk (become)' % (path, problem.strerror))


def replace(path, data, new_mode=0o664):
    """Put data in the place of the file: a temporary file beside it, fsync, rename. A symlink stays and its target is replaced."""
    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix='.queue_failover.', dir=folder)
        with os.fdopen(handle, 'wb') as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        _like(path, folder, temporary, new_mode)
        os.rename(temporary, path)
        temporary = None
        _sync_folder(folder)
    except OSError as problem:
        raise Refusal('%s cannot be written (%s); it is as it was, so see to rights and space in %s' % (path, problem.strerror, folder))
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


def _like(path, folder, temporary, new_mode):
    """Owner, mode and extended attributes of the file that is replaced; of a new one, the folder's owner and new_mode."""
    if os.path.exists(path):
        old = os.stat(path)
        shutil.copystat(path, temporary)
        os.utime(temporary)
    else:
        old = os.stat(folder)
        os.chmod(temporary, new_mode)
    new = os.stat(temporary)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        os.chown(temporary, old.st_uid, old.st_gid)


def _sync_folder(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_with_includes(path, folder):
    """[(path, bytes)] of a dialplan file and every file it includes, each once; those that are missing are left out."""
    found, queue, seen = [], [path], set()
    while queue:
        current = queue.pop(0)
        if current in seen or not os.path.isfile(current):
            continue
        seen.add(current)
        data = read(current)
        found.append((current, data))
        if b'include' in data:
            for pattern in dialplan.includes(dialplan.significant_lines(data)[0]):
                queue.extend(sorted(glob.glob(os.path.join(folder, pattern))))
    return found

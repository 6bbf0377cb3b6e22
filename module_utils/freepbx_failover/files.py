# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to files that belong to others: read as bytes, replaced whole, with owner, mode and attributes as they were."""
import errno
import glob
import os
import pwd
import shutil
import stat
import tempfile

from ansible.module_utils.freepbx_failover import dialplan, includes
from ansible.module_utils.freepbx_failover.findings import Refusal

TEMPORARY = '.queue_failover.'


def read(path, missing_ok=False):
    try:
        _refuse_other_than_file(path)
        with open(path, 'rb') as handle:
            return handle.read()
    except FileNotFoundError:
        if missing_ok:
            return b''
        raise Refusal('%s does not exist; see whether FreePBX is installed whole' % path)
    except OSError as problem:
        raise Refusal(unreadable(path, problem))


def _refuse_other_than_file(path):
    """A FIFO would let us wait for ever, a device be replaced by a file."""
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):
        kind = 'a folder' if stat.S_ISDIR(mode) else 'a FIFO' if stat.S_ISFIFO(mode) else 'a device or the like'
        raise Refusal('%s is %s and no file; put the file back, then run again' % (path, kind))


def unreadable(path, problem):
    """The sentence about a file that this user cannot read."""
    said = '%s cannot be read by the user %s (%s)' % (path, user(), problem.strerror)
    if problem.errno not in (errno.EACCES, errno.EPERM):
        return said + '; see what stands there'
    if user() == 'asterisk':
        return '%s, so neither can Asterisk; give it back: chown asterisk:asterisk %s, or fwconsole chown' % (said, path)
    return said + '; run as root or as the user asterisk (become)'


def user():
    """The name of the user we are."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return 'uid %d' % os.geteuid()


def replace(path, data, new_mode=0o664):
    """Put data in the place of the file: a temporary file beside it, fsync, rename. A symlink stays and its target is replaced."""
    path = os.path.realpath(path)
    if os.path.exists(path):
        _refuse_other_than_file(path)
    folder = os.path.dirname(path)
    temporary = None
    try:
        sweep(folder)
        handle, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=folder)
        with os.fdopen(handle, 'wb') as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        _like(path, folder, temporary, new_mode)
        os.rename(temporary, path)
        temporary = None
        _sync_folder(folder)
    except OSError as problem:
        raise Refusal('%s cannot be written by the user %s (%s) and is as it was; %s' % (path, user(), problem.strerror, _remedy(problem, path, folder)))
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


def _remedy(problem, path, folder):
    """What to do about a file that cannot be written."""
    return {errno.ENOSPC: 'make room on the file system of %s, then run again' % folder,
            errno.EDQUOT: 'make room on the file system of %s, then run again' % folder,
            errno.EROFS: 'the file system of %s is read-only; see why, mount it for writing, then run again' % folder,
            errno.EPERM: 'it is immutable or of another user; see lsattr and ls -l, then chattr -i or chown asterisk:asterisk %s' % path,
            errno.EACCES: 'run as root, or let this user write in %s (fwconsole chown)' % folder}.get(problem.errno, 'see to %s, then run again' % folder)


def leftovers(folder):
    """The temporary files in a folder: between two modules, what one that was killed left there."""
    return glob.glob(os.path.join(glob.escape(folder), TEMPORARY + '*'))


def sweep(folder):
    """Take them away; the writers' lock keeps two of us from writing at once."""
    for path in leftovers(folder):
        remove(path)


def remove(path):
    """Take a file of ours away; one that is not there is none. Raises Refusal."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError as problem:
        raise Refusal('%s cannot be taken away by the user %s (%s); %s' % (path, user(), problem.strerror, _remedy(problem, path, os.path.dirname(path))))


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


def looker(folder, user_id):
    """What includes.judge asks with: from a name in an #include line to the Files it means, as the user who runs Asterisk may read them."""
    def look(name):
        place = os.path.join(folder, name)
        # Braces, which Python does not know: such a line is not judged.
        if '{' in name:
            return [includes.File(place, place, b'', '')]
        return [_looked_at(path, user_id) for path in sorted(glob.glob(place)) or ([] if glob.has_magic(name) else [place])]
    return look


def _looked_at(path, user_id):
    real = os.path.realpath(path)
    if not os.path.exists(path):
        return includes.File(path, real, b'', includes.MISSING)
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):
        return includes.File(path, real, b'', includes.FOLDER if stat.S_ISDIR(mode) else includes.OTHER)
    return includes.File(path, real, read(path), '') if _may_read(path, user_id) else includes.File(path, real, b'', includes.UNREADABLE)


def _may_read(path, user_id):
    """Whether a user may read a file. As root we become him for the moment, so that folders on the way and ACLs count; else our own sight does."""
    if os.geteuid() != 0 or not user_id:
        return os.access(path, os.R_OK)
    group, groups = os.getegid(), os.getgroups()
    try:
        him = pwd.getpwuid(user_id)
        os.initgroups(him.pw_name, him.pw_gid)
    except (KeyError, OSError):
        return True  # we may not become him, so nothing can be said against it
    try:
        os.setegid(him.pw_gid)
        os.seteuid(user_id)
        with open(path, 'rb'):
            return True
    except OSError:
        return False
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


def included(folder, name):
    """[(path, bytes)] of the files that a name in an #include line means."""
    return [(path, read(path)) for path in sorted(glob.glob(os.path.join(folder, name))) if os.path.isfile(path)]


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
        if b'include' in data.lower():
            for pattern in dialplan.includes(dialplan.significant_lines(data)[0]):
                queue.extend(sorted(glob.glob(os.path.join(folder, pattern))))
    return found

# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a test PBX, as root: replaces files of every kind with the project's own hands, as root and as asterisk; JSON of what was wrong."""
import json
import os
import pwd
import shutil
import stat
import struct
import sys
import types

for name in ('ansible', 'ansible.module_utils'):
    sys.modules[name] = types.ModuleType(name)
sys.modules['ansible.module_utils'].__path__ = ['/opt/rights/module_utils']

from ansible.module_utils.freepbx_failover import files, state  # noqa: E402

ASTERISK = pwd.getpwnam('asterisk')
HOME = '/var/lib/asterisk/rights'
WRONG = []
# user::rw- user:www-data:r-- group::r-- mask::r-- other::---
READER = struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *row) for row in (
    (1, 6, 0xffffffff), (2, 4, 33), (4, 4, 0xffffffff), (16, 4, 0xffffffff), (32, 0, 0xffffffff)))


def wrong(case, text):
    WRONG.append('%s: %s' % (case, text))


def seen(path):
    found = os.stat(path)
    return oct(stat.S_IMODE(found.st_mode)), found.st_uid, found.st_gid, {name: os.getxattr(path, name) for name in os.listxattr(path)}


def as_user(user, umask, work):
    """Do it in a child with the rights and the umask of a user."""
    child = os.fork()
    if child == 0:
        if user == 'asterisk':
            os.initgroups(user, ASTERISK.pw_gid)
            os.setgid(ASTERISK.pw_gid)
            os.setuid(ASTERISK.pw_uid)
        os.umask(umask)
        try:
            work()
        except BaseException as problem:
            print('%s: %s' % (type(problem).__name__, problem), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def fresh():
    shutil.rmtree(HOME, ignore_errors=True)
    os.makedirs(HOME)
    os.chown(HOME, ASTERISK.pw_uid, ASTERISK.pw_gid)


def made(name, mode, owner):
    path = os.path.join(HOME, name)
    with open(path, 'wb') as out:
        out.write(b'before')
    os.chmod(path, mode)
    os.chown(path, *owner)
    return path


def content(path):
    with open(path, 'rb') as handle:
        return handle.read()


def replaced(user, umask, path, case):
    """Replace a file and see that everything but its content stays; while it is written nobody sees more of it than before."""
    before, watched = seen(path), []
    chown, rename = os.chown, os.rename

    def look(function):
        def watching(temporary, *rest):
            if files.TEMPORARY in str(temporary):
                widest = stat.S_IMODE(os.stat(temporary).st_mode) & ~int(before[0], 8)
                watched.append(widest)
                if widest:
                    os._exit(2)
            return function(temporary, *rest)
        return watching

    def work():
        os.chown, os.rename = look(chown), look(rename)
        files.replace(path, b'after')
    if not as_user(user, umask, work):
        wrong(case, 'was refused, or was open to more users for a moment')
    elif seen(path) != before or content(path) != b'after':
        wrong(case, 'is %s, was %s' % (seen(path), before))


def modes(user, umask):
    own = (ASTERISK.pw_uid, ASTERISK.pw_gid)
    for mode in (0o600, 0o640, 0o664, 0o644):
        for owner in [own] + ([(0, 0), (0, ASTERISK.pw_gid)] if user == 'root' else []):
            case = '%s, umask %03o, mode %o, owner %d:%d' % (user, umask, mode, *owner)
            fresh()
            replaced(user, umask, made('custom.conf', mode, owner), case)
    fresh()
    path = made('custom.conf', 0o640, own)
    os.setxattr(path, 'user.backup', b'nightly')
    os.setxattr(path, 'system.posix_acl_access', READER)
    replaced(user, umask, path, '%s, umask %03o, ACL and attribute' % (user, umask))
    fresh()
    path = made('target.conf', 0o640, own)
    os.symlink('target.conf', HOME + '/custom.conf')
    replaced(user, umask, HOME + '/custom.conf', '%s, umask %03o, symlink' % (user, umask))
    if not os.path.islink(HOME + '/custom.conf') or content(path) != b'after':
        wrong('symlink', 'the link is gone')


def others_file():
    """A file of root in a folder of asterisk cannot keep its owner when asterisk replaces it: so it is not replaced."""
    fresh()
    path = made('custom.conf', 0o644, (0, 0))
    before = seen(path)
    if as_user('asterisk', 0o022, lambda: files.replace(path, b'after')) or seen(path) != before or content(path) != b'before':
        wrong('file of root', 'asterisk took it over')
    if os.listdir(HOME) != ['custom.conf']:
        wrong('file of root', 'left %s behind' % os.listdir(HOME))


def made_by_us(user, umask):
    """Our folder 0700, our files 0600."""
    fresh()
    folder = HOME + '/ours'

    def work():
        with state.locked(folder, True):
            state.save(folder, dict(state.EMPTY))
    case = '%s, umask %03o, %s' % (user, umask, folder)
    if not as_user(user, umask, work):
        wrong(case, 'was refused')
        return
    for path, mode in ((folder, 0o700), (folder + '/taken.json', 0o600), (folder + '/lock', 0o600)):
        if stat.S_IMODE(os.stat(path).st_mode) != mode:
            wrong(case, '%s has mode %o' % (path, stat.S_IMODE(os.stat(path).st_mode)))


def main():
    for user in ('root', 'asterisk'):
        for umask in (0o000, 0o022, 0o077):
            modes(user, umask)
            made_by_us(user, umask)
    others_file()
    shutil.rmtree(HOME)
    print(json.dumps(WRONG))


main()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a test PBX, as root: every row, every file with owner, mode and attributes, and what Asterisk has loaded, as JSON."""
import hashlib
import json
import os
import stat
import subprocess

FOLDERS = ('/etc/asterisk', '/var/lib/queue-failover', '/var/lib/asterisk/queue-failover')
FILES = ('/etc/freepbx.conf',)
# FreePBX never takes its counter of Custom Destinations back, and neither do we.
COUNTER = "INSERT INTO `kvstore_FreePBX_modules_Customappsreg` VALUES ('currentid'"


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout.decode('utf-8', 'replace')


def entry(path):
    """What a path is: kind, mode, owner, extended attributes, and its content or where it leads."""
    found = os.lstat(path)
    kind = 'link' if stat.S_ISLNK(found.st_mode) else 'folder' if stat.S_ISDIR(found.st_mode) else 'file'
    content = ''
    if kind == 'link':
        content = os.readlink(path)
    elif kind == 'file':
        with open(path, 'rb') as handle:
            content = hashlib.sha256(handle.read()).hexdigest()[:16]
    attributes = {name: os.getxattr(path, name, follow_symlinks=False).hex() for name in os.listxattr(path, follow_symlinks=False)}
    return [kind, oct(stat.S_IMODE(found.st_mode)), found.st_uid, found.st_gid, attributes, content]


def files():
    found = {path: entry(path) for path in FILES if os.path.lexists(path)}
    for top in FOLDERS:
        for folder, folders, names in os.walk(top):
            found.update((path, entry(path)) for path in [folder] + [os.path.join(folder, name) for name in folders + names])
    return found


def rows():
    """Every row; a table's definition too, but no comment with a time or a version."""
    lines = output('mariadb-dump', '--skip-comments', '--skip-extended-insert', '--order-by-primary', '--triggers=0', 'asterisk').splitlines()
    return [line for line in lines if line.startswith('INSERT') and not line.startswith(COUNTER)]


print(json.dumps({'rows': rows(), 'files': files(), 'loaded': output('asterisk', '-rx', 'dialplan show').splitlines()}))

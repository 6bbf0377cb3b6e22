# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on the test PBX, by the project's code in nothing: everything a check compares, as one JSON text."""
import base64
import hashlib
import json
import os
import subprocess

ETC, FILE, STATE = '/etc/asterisk', '/etc/asterisk/extensions_custom.conf', '/var/lib/queue-failover'
GENERATED = ('extensions_additional.conf', 'queues_additional.conf')
# Where queues keep the four settings that are ours to change; all else in these tables is compared with the rest.
OURS = "keyword IN ('joinempty', 'leavewhenempty')"
MASKED = """CREATE TEMPORARY TABLE masked AS SELECT * FROM queues_config; UPDATE masked SET dest = '', maxwait = '';
SELECT * FROM masked ORDER BY extension; SELECT * FROM queues_details WHERE NOT %s ORDER BY id, keyword, data;""" % OURS
SETTINGS = """SELECT extension, 'dest', dest FROM queues_config UNION ALL SELECT extension, 'maxwait', maxwait FROM queues_config
UNION ALL SELECT id, keyword, data FROM queues_details WHERE %s ORDER BY 1, 2, 3""" % OURS


def run(*command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, **options).stdout.decode('utf-8', 'replace')


def sql(statement):
    return run('mariadb', '--batch', '--skip-column-names', 'asterisk', input=statement.encode()).splitlines()


def other_rows():
    """Every row of the database but the queues' four settings, the flag of Apply Config and Custom Destinations."""
    dump = run('mariadb-dump', '--skip-comments', '--skip-extended-insert', '--order-by-primary', 'asterisk').splitlines()
    skipped = ('INSERT INTO `queues_', "INSERT INTO `admin` VALUES ('need_reload'", 'INSERT INTO `kvstore_FreePBX_modules_Customappsreg`')
    return [line for line in dump if not line.startswith(skipped)] + sql(MASKED)


def settings():
    found = {}
    for line in sql(SETTINGS):
        queue, keyword, value = (line.split('\t') + [''])[:3]
        found.setdefault(queue, {}).setdefault(keyword, []).append(value)
    return found


def hand_written():
    """The checksum of every other file in /etc/asterisk that fwconsole does not generate, nor leaves when it is killed while it does."""
    found = {}
    for name in sorted(os.listdir(ETC)):
        path = os.path.join(ETC, name)
        if os.path.isfile(path) and path != FILE and name not in GENERATED + tuple(known + '.new' for known in GENERATED):
            with open(path, 'rb') as source:
                found[name] = hashlib.sha256(source.read()).hexdigest()
    return found


def state():
    """{path: text} of the state folder."""
    found = {}
    for folder, _folders, names in os.walk(STATE):
        for name in names:
            with open(os.path.join(folder, name), 'rb') as source:
                found[os.path.relpath(os.path.join(folder, name), STATE)] = source.read().decode('utf-8', 'replace')
    return found


def look():
    with open(FILE, 'rb') as source:
        custom = source.read()
    status = os.stat(FILE)
    return {
        'custom': base64.b64encode(custom).decode(), 'stat': [status.st_uid, status.st_gid, status.st_mode], 'hand_written': hand_written(),
        'state': state(), 'rows': other_rows(), 'settings': settings(), 'need_reload': sql("SELECT value FROM admin WHERE variable = 'need_reload'"),
        'destinations': sql("SELECT val FROM kvstore_FreePBX_modules_Customappsreg WHERE id = 'dests' ORDER BY `key`"),
        'dialplan': run('asterisk', '-rx', 'dialplan show')}


if __name__ == '__main__':
    print(json.dumps(look()))

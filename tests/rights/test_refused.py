# SPDX-License-Identifier: GPL-3.0-or-later
"""What the PBX does not let us write or read: one sentence, nothing half-written, the PBX in force as before."""
import re

import pytest

from lab import SECRET, broken, deploy, done, flag
from looks import differences, looks
from steps import QUEUES, VARS
from support import sql

CHANGED = {'queue_failover_queues': [dict(QUEUES[0], max_wait=30, routes={'TIMEOUT': {'queue': '01601'}}), dict(QUEUES[1], join_empty='loose'),
                                     QUEUES[2]], 'queue_failover_custom_destination': 'After the queue'}
CUSTOM, STATE = '/etc/asterisk/extensions_custom.conf', '/var/lib/asterisk/queue-failover'
KVSTORE = 'kvstore_FreePBX_modules_Customappsreg'
ALL = 'mariadb -e "REVOKE ALL, GRANT OPTION FROM freepbxuser@localhost; GRANT ALL ON asterisk.* TO freepbxuser@localhost"'


def open_finding(name):
    """A mistake that is reported and not mended yet; strict, so that mending it turns this red and the mark goes."""
    return pytest.mark.xfail(strict=True, reason=name)


def owner(path, name):
    return 'chown -R %s:%s %s' % (name, name, path)


def read_only(folder):
    return 'mount --bind %s %s && mount -o remount,ro,bind %s' % (folder, folder, folder), 'umount ' + folder


def hidden(path, mode='664'):
    return 'chown root:root %s && chmod 600 %s' % (path, path), 'chown asterisk:asterisk %s && chmod %s %s' % (path, mode, path)


SOMEBODYS = ['belongs to another user', 'chown -R']
# name: (breaking, mending, what the sentence must say: what, where, what to do; as which user)
FILES = {
    'a file that nobody may change': (flag(CUSTOM, '|'), flag(CUSTOM, '&~'), [CUSTOM, 'Operation not permitted', 'chattr -i'], 'root'),
    'a folder that asterisk may not write': (owner('/etc/asterisk', 'root').replace('-R ', ''), owner('/etc/asterisk', 'asterisk'),
                                             [CUSTOM, 'Permission denied', 'let this user write in /etc/asterisk'], 'asterisk'),
    'a file of root in a folder of asterisk': (owner(CUSTOM, 'root'), owner(CUSTOM, 'asterisk'), [CUSTOM, 'not permitted', 'chown asterisk:asterisk'],
                                               'asterisk'),
    'a read-only file system': (*read_only('/etc/asterisk'), [CUSTOM, 'Read-only file system', 'mount it for writing'], 'root'),
    'a file asterisk cannot read, as root': (*hidden(CUSTOM), [CUSTOM, 'Asterisk may not read it', 'chown asterisk:asterisk'], 'root'),
    'a file asterisk cannot read, as asterisk': (*hidden(CUSTOM), [CUSTOM, 'denied', 'neither can Asterisk', 'chown'], 'asterisk'),
    'freepbx.conf that asterisk cannot read': (*hidden('/etc/freepbx.conf', '660'), ['/etc/freepbx.conf', 'Permission denied'], 'asterisk'),
    'our folder made by another user': (owner(STATE, 'root'), owner(STATE, 'asterisk'), [STATE, 'belongs to another user', 'chown'], 'asterisk'),
    'a memory of another user': (owner(STATE + '/taken.json', 'root'), owner(STATE, 'asterisk'), ['taken.json in ' + STATE, *SOMEBODYS], 'asterisk'),
    'records of another user': (owner(STATE + '/deploys', 'root'), owner(STATE, 'asterisk'), ['deploys in ' + STATE, *SOMEBODYS], 'asterisk'),
    'a lock of another user': (owner(STATE + '/lock', 'root'), owner(STATE, 'asterisk'), ['lock in ' + STATE, *SOMEBODYS], 'asterisk'),
    'our folder on a read-only file system': (*read_only(STATE), [STATE, 'read-only', 'mount it for writing'], 'root'),
}
OPEN = {}
SHORT = ('a file of root in a folder of asterisk',)


def marked(cases):
    return [pytest.param(name, marks=[open_finding(OPEN[name])] if name in OPEN else [pytest.mark.short] if name in SHORT else [], id=name)
            for name in cases]


def judge(answers, before, after, words):
    """One sentence that says what, where and what to do; no traceback, no secret; everything as it was."""
    for pbx, answer in answers.items():
        assert answer.refused, '%s went on: %s' % (pbx, answer)
        assert 'traceback' not in answer and 'traceback' not in answer.get('restored', {}), answer
        for sentence in answer.sentences:
            assert '\n' not in sentence and SECRET not in sentence and 'Errno' not in sentence, sentence
        missing = [word for word in words if not re.search(word, answer['msg'])]
        assert not missing, 'the sentence lacks %s: %s' % (missing, answer['msg'])
        assert 'msg' not in answer.get('restored', {}), 'the way back failed: %s' % answer['restored']['msg']
    assert differences(before, after) == []


@pytest.mark.parametrize('name', marked(FILES))
def test_a_file_that_may_not_be_written_or_read(deployed, name):
    breaking, mending, words, user = FILES[name]
    with broken(deployed, breaking, mending) as before:
        answers = deploy(deployed, CHANGED, user=user)
        after = looks(deployed)
    judge(answers, before, after, words)


def test_rows_alone_when_the_files_cannot_be_generated(deployed):
    """Our block stays, so the refusal comes from fwconsole, after the rows; these go back, and FreePBX's own flag is all that is left."""
    waits = dict(VARS, queue_failover_queues=[dict(QUEUES[0], max_wait=30)] + QUEUES[1:])
    with broken(deployed, *read_only('/etc/asterisk')) as before:
        answers = deploy(deployed, waits)
        after = looks(deployed)
    for answer in answers.values():
        assert answer.refused and 'traceback' not in answer.text and 'fwconsole reload failed' in answer['msg'], answer
        assert 'Apply Config' in ' '.join(answer['restored']['notes']), 'it is said'
    assert [line for line in differences(before, after) if 'need_reload' not in line] == []
    done(deploy(deployed, waits))
    done(deploy(deployed, VARS))


def grants(pbxs, rights):
    """Grants that leave a table no more than these rights; every other one keeps all that FreePBX's user has."""
    tables = [row[0] for row in sql(pbxs[0], 'SHOW TABLES')]
    given = ['GRANT %s ON asterisk.\\`%s\\` TO freepbxuser@localhost' % (rights.get(table, 'SELECT, INSERT, UPDATE, DELETE'), table)
             for table in tables]
    return 'mariadb -e "%s"' % '; '.join(['REVOKE ALL ON asterisk.* FROM freepbxuser@localhost'] + given)


DATABASE = {
    'no rights but to read': (dict.fromkeys(['admin', 'queues_config', 'queues_details', KVSTORE], 'SELECT'), KVSTORE),
    'no UPDATE on admin': ({'admin': 'SELECT'}, 'admin'),
    'no INSERT on queues_details': ({'queues_details': 'SELECT'}, 'queues_details'),
    'no write on queues_config': ({'queues_config': 'SELECT'}, 'queues_config'),
}


@pytest.mark.parametrize('name', [pytest.param(name, marks=[pytest.mark.short] * (name == 'no INSERT on queues_details')) for name in DATABASE])
def test_a_grant_that_freepbx_s_user_has_not(deployed, name):
    rights, table = DATABASE[name]
    with broken(deployed, grants(deployed, rights), ALL) as before:
        answers = deploy(deployed, CHANGED)
        after = looks(deployed)
    judge(answers, before, after, ["FreePBX's database takes no writing of us", 'command denied to user', table, 'GRANT ALL'])


CONF = "cp -p /etc/freepbx.conf /root/conf && sed -i '%s' /etc/freepbx.conf"
UNREACHABLE = {
    'a wrong password': (CONF % 's/Qf-test-8Xk2!pw/Qf-test-8Xk2!pwX/', ['Access denied', '/etc/freepbx.conf']),
    'a database that is down': (CONF % r'/DBENGINE/a $amp_conf[\x27AMPDBSOCK\x27] = \x27/run/mysqld/none.sock\x27;' +
                                ' && mv /run/mysqld/mysqld.sock /run/mysqld/gone.sock', ['cannot be reached', 'MariaDB is running']),
}


@pytest.mark.parametrize('name', UNREACHABLE)
def test_a_database_that_cannot_be_reached(deployed, name):
    breaking, words = UNREACHABLE[name]
    mending = 'cp -p /root/conf /etc/freepbx.conf; mv /run/mysqld/gone.sock /run/mysqld/mysqld.sock 2> /dev/null; true'
    before = looks(deployed)
    with broken(deployed, breaking, mending):
        answers = deploy(deployed, CHANGED)
    judge(answers, before, looks(deployed), words)


PASSWORDS = {'dollar and quotes': r'a$b"c', 'latin letters': 'pässword', 'Cyrillic': 'Пароль1'}


@pytest.mark.parametrize('name', PASSWORDS)
def test_a_password_with_odd_characters(deployed, name):
    """PHP sends the password as the bytes that stand in the file."""
    password = PASSWORDS[name]
    quoted = password.replace('$', '\\$').replace('"', '\\"')
    lines = ["<?php", "\\$amp_conf['AMPDBUSER'] = 'freepbxuser';", "\\$amp_conf['AMPDBPASS'] = '%s';" % quoted]
    breaking = 'cp -p /etc/freepbx.conf /root/conf && printf "%%s\\n" %s > /etc/freepbx.conf && ' % ' '.join('"%s"' % line for line in lines)
    breaking += 'mariadb --default-character-set=utf8mb4 -e "ALTER USER freepbxuser@localhost IDENTIFIED BY \'%s\'"' % quoted
    mending = "cp -p /root/conf /etc/freepbx.conf; mariadb -e \"ALTER USER freepbxuser@localhost IDENTIFIED BY 'Qf-test-8Xk2!pw''\\\"\\$x'\""
    with broken(deployed, breaking, mending):
        answers = done(deploy(deployed, VARS))
    assert [answer['changed'] for answer in answers.values()] == [False, False]

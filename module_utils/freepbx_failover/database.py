# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to FreePBX's database: /etc/freepbx.conf, the connection, the transaction, the pending-reload flag.

Passwords stay in here: no sentence and no return value carries one.
"""
import os
import re
from contextlib import contextmanager

from ansible.module_utils.freepbx_failover.findings import Refusal

try:
    import pymysql
except ImportError:
    pymysql = None

# Where MariaDB's socket is when neither AMPDBSOCK nor the configuration says otherwise (Debian, EL7).
SOCKETS = ('/run/mysqld/mysqld.sock', '/var/lib/mysql/mysql.sock')

_SETTING = re.compile(
    r'''^[ \t]*\$amp_conf\[(?:'(\w+)'|"(\w+)")\][ \t]*=[ \t]*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")[ \t]*;''', re.M | re.S)
# A quoted string, kept, or a PHP comment, dropped; a string may hold what looks like a comment and the other way round.
_STRING_OR_COMMENT = re.compile(r'''('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|/\*.*?\*/|(?://|\#)[^\n]*''', re.S)
_DOUBLE_QUOTED = {'n': '\n', 't': '\t', 'r': '\r', '"': '"', '\\': '\\', '$': '$'}


def parse_conf(text):
    """The $amp_conf settings of freepbx.conf, quoted as PHP quotes; the last of two wins, as in PHP."""
    settings = {}
    for single_key, double_key, single, double in _SETTING.findall(_STRING_OR_COMMENT.sub(lambda found: found.group(1) or '', text)):
        key = single_key or double_key
        settings[key] = (re.sub(r'\\([\\\'])', r'\1', single) if single else
                         re.sub(r'\\(.)', lambda found: _DOUBLE_QUOTED.get(found.group(1), found.group(0)), double, flags=re.S))
    return settings


def read_conf(path):
    """The settings in freepbx.conf; raises Refusal if there is no usable file."""
    try:
        with open(path, encoding='utf-8', errors='surrogateescape') as conf:
            settings = parse_conf(conf.read())
    except FileNotFoundError:
        raise Refusal('%s does not exist, so this host does not look like a FreePBX; take it out of the inventory or set '
                      'queue_failover_freepbx_conf to where the file is' % path)
    except OSError as problem:
        raise Refusal('%s cannot be read (%s); run as root or as the user asterisk (become)' % (path, problem.strerror))
    for key in ('AMPDBUSER', 'AMPDBPASS'):
        if key not in settings:
            raise Refusal("%s does not set $amp_conf['%s'], so the database cannot be reached; see whether the file is whole" % (path, key))
    return settings


def _address(settings):
    host = settings.get('AMPDBHOST') or 'localhost'
    if host != 'localhost':
        port = settings.get('AMPDBPORT') or '3306'
        if not port.isdigit():
            raise Refusal("$amp_conf['AMPDBPORT'] in freepbx.conf is no port number; put the database's port there, usually 3306")
        return {'host': host, 'port': int(port)}
    candidates = [settings.get('AMPDBSOCK')] + list(SOCKETS)
    found = [path for path in candidates if path and os.path.exists(path)]
    return {'unix_socket': (found or [path for path in candidates if path])[0]}


@contextmanager
def connected(conf_path):
    """A connection to FreePBX's database, closed at the end; what was not committed is rolled back. Raises Refusal."""
    if pymysql is None:
        raise Refusal('PyMySQL is not installed on this PBX; install its distribution package (python3-pymysql or the like), or run site.yml, '
                      'which does')
    settings = read_conf(conf_path)
    name = settings.get('AMPDBNAME') or 'asterisk'
    address = _address(settings)
    shown = address.get('unix_socket') or '%s:%s' % (address['host'], address['port'])
    try:
        connection = pymysql.connect(user=settings['AMPDBUSER'], password=settings['AMPDBPASS'], database=name,
                                     charset='utf8mb4', connect_timeout=10, autocommit=False, **address)
    except pymysql.MySQLError as problem:
        raise Refusal("FreePBX's database %s at %s cannot be reached (%s); see whether MariaDB is running and %s is right"
                      % (name, shown, _reason(problem), conf_path))
    try:
        yield connection
    except pymysql.MySQLError as problem:
        raise Refusal("FreePBX's database %s refused a statement (%s); nothing of this step was kept" % (name, _reason(problem)))
    finally:
        _close(connection)


def _close(connection):
    try:
        connection.rollback()
        connection.close()
    except pymysql.MySQLError:
        pass  # the connection is gone, and with it the transaction


def _reason(problem):
    return str(problem.args[1] if len(problem.args) > 1 and problem.args[1] else problem.args[0] if problem.args else problem)


def query(cursor, statement, arguments=()):
    cursor.execute(statement, arguments)
    return cursor.fetchall()


def columns(cursor, table):
    """The columns of a table, empty if there is no such table."""
    return set(row[0] for row in query(
        cursor, 'SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = %s', (table,)))


def setting(cursor, keyword, default=''):
    """A value of FreePBX's Advanced Settings (table freepbx_settings)."""
    found = query(cursor, 'SELECT value FROM freepbx_settings WHERE keyword = %s', (keyword,))
    return found[0][0] if found and found[0][0] else default


def version(cursor):
    """FreePBX's version, as table admin has it."""
    found = query(cursor, "SELECT value FROM admin WHERE variable = 'version'")
    return found[0][0] if found else ''


def reload_pending(cursor):
    """Whether FreePBX shows "Apply Config"."""
    return query(cursor, "SELECT value FROM admin WHERE variable = 'need_reload'") == (('true',),)


def need_reload(cursor):
    """Set the flag as FreePBX's needreload() does; to be called in the transaction of the rows that need it."""
    cursor.execute("UPDATE admin SET value = 'true' WHERE variable = 'need_reload'")
    if not query(cursor, "SELECT 1 FROM admin WHERE variable = 'need_reload'"):
        cursor.execute("INSERT INTO admin (variable, value) VALUES ('need_reload', 'true')")

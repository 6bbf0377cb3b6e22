# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to FreePBX's database: /etc/freepbx.conf, the connection, the transaction, the pending-reload flag.

Passwords stay in here: no sentence and no return value carries one.
"""
import os
import re
from contextlib import contextmanager

from ansible.module_utils.freepbx_failover import files
from ansible.module_utils.freepbx_failover.findings import Refusal, RowsStay

try:
    import pymysql
except ImportError:
    pymysql = None

# Where MariaDB's socket is when neither AMPDBSOCK nor the configuration says otherwise (Debian, EL7).
SOCKETS = ('/run/mysqld/mysqld.sock', '/var/lib/mysql/mysql.sock')

# Errors of MariaDB about a missing right: for a database, a table, a column, an operation.
DENIED = (1044, 1142, 1143, 1227)
# A table that is not there, a column that is not, what a trigger says no with.
NO_TABLE, NO_COLUMN, SIGNAL = (1146, 1109), (1054,), (1644,)

_remembered = {}  # {table: columns}, inside asked_once() alone
_TABLE = re.compile(r'\b(?:FROM|UPDATE|INTO|CHECKSUM TABLE) `?(\w+)', re.I)

_SETTING = re.compile(
    r'''(?:^|(?<=\r))[ \t]*\$amp_conf\[(?:'(\w+)'|"(\w+)")\][ \t]*=[ \t]*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")[ \t]*;''', re.M | re.S)
# A quoted string, kept, or a PHP comment, dropped; a string may hold what looks like a comment and the other way round.
_STRING_OR_COMMENT = re.compile(r'''('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|/\*.*?\*/|(?://|\#)[^\r\n]*''', re.S)
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
        if os.path.isdir(path):
            raise IsADirectoryError
        os.stat(path)
        settings = parse_conf(files.read(path).decode('utf-8', 'surrogateescape'))
    except FileNotFoundError:
        raise Refusal('%s does not exist, so this host does not look like a FreePBX; take it out of the inventory or set '
                      'queue_failover_freepbx_conf to where the file is' % path)
    except (IsADirectoryError, NotADirectoryError):
        raise Refusal("%s is no file; set queue_failover_freepbx_conf to FreePBX's freepbx.conf" % path)
    except OSError as problem:
        raise Refusal(files.unreadable(path, problem))
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
        # As bytes, as PHP sends it: a password may be of any alphabet.
        password = settings['AMPDBPASS'].encode('utf-8', 'surrogateescape')
        connection = pymysql.connect(user=settings['AMPDBUSER'], password=password, database=name,
                                     charset='utf8mb4', connect_timeout=10, autocommit=False, **address)
    except (pymysql.MySQLError, RuntimeError) as problem:  # RuntimeError: a way of logging in that needs a library PyMySQL lacks
        raise Refusal("FreePBX's database %s at %s cannot be reached (%s); see whether MariaDB is running and %s is right"
                      % (name, shown, _reason(problem), conf_path))
    try:
        yield connection
    except pymysql.MySQLError as problem:
        raise Refusal("FreePBX's database %s refused a statement (%s); nothing of this step was kept, so %s" % (
            name, _reason(problem), _remedy(problem, name, conf_path)))
    finally:
        _close(connection)


def _remedy(problem, name, conf_path):
    """What to do about a statement that the database refuses."""
    code = problem.args[0] if problem.args else None
    if code in NO_TABLE:
        return "see whether $amp_conf['AMPDBNAME'] in %s is FreePBX's database, else reinstall the FreePBX module of that table" % conf_path
    if code in NO_COLUMN:
        return 'repair or reinstall the FreePBX module it belongs to, then run again'
    if code in DENIED:
        return "give FreePBX's user its rights back: GRANT ALL ON %s.* TO that user" % name
    if code in SIGNAL:
        return 'see which trigger of that table says this (SHOW TRIGGERS), then run again'
    return "see MariaDB's log, then run again"


def _close(connection):
    try:
        connection.rollback()
        connection.close()
    except pymysql.MySQLError:
        pass  # the connection is gone, and with it the transaction


def _reason(problem):
    text = str(problem.args[1] if len(problem.args) > 1 and problem.args[1] else problem.args[0] if problem.args else problem)
    # PyMySQL says (0, '') of a connection that is gone.
    return re.sub(r'\[Errno \d+\] ', '', text) if text.strip('0') else 'the connection to it is lost'


@contextmanager
def kept_whole(cursor, tables, put_back):
    """On MyISAM tables nothing is rolled back: if the block fails there, put_back() writes the earlier rows by hand."""
    engines = query(cursor, 'SELECT engine FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN %s', (tables,))
    by_hand = any(engine != 'InnoDB' for (engine,) in engines)
    try:
        yield
    except BaseException as problem:
        if by_hand:
            _put_back(put_back, problem)
        raise


def _put_back(put_back, problem):
    try:
        put_back()
    except pymysql.MySQLError:
        raise RowsStay("FreePBX's database failed between two rows (%s) and the earlier ones could not be put back; run again, which goes on from there"
                       % (_reason(problem) if isinstance(problem, pymysql.MySQLError) else problem))


def commit(connection):
    """End the transaction. Where the database does not answer, nobody knows whether it kept the rows; then our memory of them stays."""
    try:
        connection.commit()
    except pymysql.MySQLError as problem:
        raise RowsStay("FreePBX's database did not say whether it kept what was written (%s); run again, which finds out" % _reason(problem))


def execute(cursor, statement, arguments=()):
    """Run a statement; how many rows it touched. An error says the table too, of which MariaDB says nothing where a column is missing."""
    try:
        return cursor.execute(statement, arguments)
    except pymysql.MySQLError as problem:
        table = _TABLE.search(statement)
        if table and len(problem.args) > 1 and problem.args[1] and table.group(1) not in problem.args[1]:
            problem.args = (problem.args[0], 'table %s: %s' % (table.group(1), problem.args[1]))
        raise


def query(cursor, statement, arguments=()):
    execute(cursor, statement, arguments)
    return cursor.fetchall()


@contextmanager
def asked_once():
    """Ask for the columns of a table once while the block runs. For a module that only reads: they are most of its questions."""
    _remembered[None] = None
    try:
        yield
    finally:
        _remembered.clear()


def columns(cursor, table):
    """The columns of a table, empty if there is no such table."""
    if table in _remembered:
        return _remembered[table]
    found = frozenset(row[0] for row in query(
        cursor, 'SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = %s', (table,)))
    if _remembered:
        _remembered[table] = found
    return found


def refused_writes(cursor, tables):
    """What keeps FreePBX's database user from writing these tables, as MariaDB says it, each once; statements that touch no row."""
    found = []
    for table in tables:
        column = sorted(columns(cursor, table))[0]
        for statement in ('UPDATE `%s` SET `%s` = `%s` WHERE 1 = 0' % (table, column, column), 'DELETE FROM `%s` WHERE 1 = 0' % table,
                          'INSERT INTO `%s` SELECT * FROM `%s` WHERE 1 = 0' % (table, table)):
            try:
                cursor.execute(statement)
            except pymysql.MySQLError as problem:
                found.append(_reason(problem))
    return sorted(set(found))


def secrets(conf_path):
    """What must be in no sentence: the password of the database and of the manager interface."""
    found = []
    try:
        found.append(read_conf(conf_path)['AMPDBPASS'])
        with connected(conf_path) as connection:
            found.append(setting(connection.cursor(), 'AMPMGRPASS'))
    except Refusal:
        pass
    return [text for text in found if len(text) > 2]


def setting(cursor, keyword, default=''):
    """A value of FreePBX's Advanced Settings (table freepbx_settings)."""
    found = query(cursor, 'SELECT value FROM freepbx_settings WHERE keyword = %s', (keyword,))
    return found[0][0] if found and found[0][0] else default


def config_dir(cursor):
    """Asterisk's folder of configuration, as FreePBX has it. Raises Refusal if there is no such folder."""
    path = setting(cursor, 'ASTETCDIR', '/etc/asterisk')
    wrong = 'is no absolute path' if not path.startswith('/') else 'is no folder' if not os.path.isdir(path) else ''
    if wrong:
        raise Refusal("ASTETCDIR: %s %s; correct it in FreePBX's Advanced Settings" % (path, wrong))
    return path


def version(cursor):
    """FreePBX's version, as table admin has it."""
    found = query(cursor, "SELECT value FROM admin WHERE variable = 'version'")
    return found[0][0] if found else ''


def reload_pending(cursor, for_update=False):
    """Whether FreePBX shows "Apply Config"; for_update: nobody else can set it until our transaction ends."""
    return query(cursor, "SELECT value FROM admin WHERE variable = 'need_reload'" + (' FOR UPDATE' if for_update else '')) == (('true',),)


def need_reload(cursor):
    """Set the flag as FreePBX's needreload() does; to be called in the transaction of the rows that need it."""
    execute(cursor, "UPDATE admin SET value = 'true' WHERE variable = 'need_reload'")
    if not query(cursor, "SELECT 1 FROM admin WHERE variable = 'need_reload'"):
        execute(cursor, "INSERT INTO admin (variable, value) VALUES ('need_reload', 'true')")

# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to FreePBX's Custom Destinations, given a cursor: the key-value stores of FreePBX 12 and 13, and of 14 to 17."""
from collections import OrderedDict

from ansible.module_utils.freepbx_failover import customdests, database
from ansible.module_utils.freepbx_failover.findings import Refusal

NEW_TABLE = 'kvstore_FreePBX_modules_Customappsreg'
OLD_TABLE = 'kvstore'
OLD_MODULE = 'FreePBX\\modules\\Customappsreg'


def _store(cursor):
    """(table, module or None) of the store this FreePBX uses; probed for, since the version number proves nothing."""
    if database.columns(cursor, NEW_TABLE):
        return NEW_TABLE, None
    if 'module' not in database.columns(cursor, OLD_TABLE):
        raise Refusal('this FreePBX has neither the table %s nor kvstore, so it has no Custom Destinations; install the module '
                      'Custom Applications (customappsreg) first' % NEW_TABLE)
    found = database.query(cursor, "SELECT DISTINCT module FROM kvstore WHERE module LIKE '%%Customappsreg'", ())
    return OLD_TABLE, found[0][0] if found else OLD_MODULE


def read(cursor):
    """{destid: row} of every Custom Destination; a row that is no JSON object is passed over, as FreePBX does."""
    table, module = _store(cursor)
    statement = 'SELECT `key`, val, type FROM `%s` WHERE id = %%s' % table
    arguments = ['dests']
    if module:
        statement += ' AND module = %s'
        arguments.append(module)
    rows = {}
    for key, value, kind in database.query(cursor, statement, arguments):
        value = _blob(cursor, value) if kind == 'blob' else value
        text = value.decode('utf-8', 'replace') if isinstance(value, bytes) else value
        row = customdests.decode(text)
        if row is not None:
            row['destid'] = row['destid'] if str(row['destid']) == key else key
            row[customdests.RAW] = text
            rows[key] = row
    return rows


def _blob(cursor, uuid):
    """The value of a row over 4000 bytes, which stands in kvblobstore under the uuid."""
    if not database.columns(cursor, 'kvblobstore'):
        return None
    found = database.query(cursor, 'SELECT content FROM kvblobstore WHERE uuid = %s', (uuid,))
    return found[0][0] if found else None


def tables(cursor):
    """The tables a Custom Destination is written to."""
    return (_store(cursor)[0],)


def numbered(cursor, row):
    """A new row with the next free id, which FreePBX never gives back."""
    table, module = _store(cursor)
    taken = [int(key) for key in read(cursor) if key.isdigit()]
    current = _get(cursor, table, module, 'currentid', 'noid')
    number = max([int(current) if current and str(current).isdigit() else 1] + [key + 1 for key in taken])
    # FreePBX's first id is an int from its default, every later one a string from its store.
    return OrderedDict(row, destid=number if current is None and number == 1 else str(number))


def put(cursor, before, after):
    """Write a row: a new one where before is None, none where after is None. One that was read goes back byte for byte."""
    table, module = _store(cursor)
    if after is None:
        database.execute(cursor, 'DELETE FROM `%s` WHERE `key` = %%s AND id = %%s%s' % (table, ' AND module = %s' if module else ''),
                         [str(before['destid']), 'dests'] + ([module] if module else []))
        return
    number = str(after['destid'])
    current = str(_get(cursor, table, module, 'currentid', 'noid'))
    if before is None and (not current.isdigit() or int(current) <= int(number)):
        _set(cursor, table, module, 'currentid', 'noid', str(int(number) + 1), None)
    _set(cursor, table, module, number, 'dests', customdests.encode(after), 'json-arr')


def refuse_cut(cursor, before, after):
    """Raise Refusal if the row is not what was written."""
    row = read(cursor).get(str((after or before)['destid']))
    if not customdests.same(row, after):
        raise Refusal("FreePBX's database does not keep the Custom Destination as it was written; nothing was written, so see to the columns of "
                      'its key-value store')


def _get(cursor, table, module, key, identity):
    found = database.query(cursor, 'SELECT val FROM `%s` WHERE `key` = %%s AND id = %%s%s' % (table, ' AND module = %s' if module else ''),
                           [key, identity] + ([module] if module else []))
    value = found[0][0] if found else None
    return value.decode() if isinstance(value, bytes) else value


def _set(cursor, table, module, key, identity, value, kind):
    columns, values = ['`key`', 'val', '`type`', 'id'], [key, value, kind, identity]
    if module:
        columns.append('module')
        values.append(module)
    database.execute(cursor, 'REPLACE INTO `%s` (%s) VALUES (%s)' % (table, ', '.join(columns), ', '.join(['%s'] * len(values))), values)

# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to FreePBX's queues: queues_config and queues_details, given a cursor."""
from ansible.module_utils.freepbx_failover import database
from ansible.module_utils.freepbx_failover.findings import Refusal

TABLES = ('queues_config', 'queues_details')
# Our setting -> where FreePBX keeps it.
COLUMNS = {'destination': 'dest', 'max_wait': 'maxwait'}
KEYWORDS = {'join_empty': 'joinempty', 'leave_when_empty': 'leavewhenempty'}


def read(cursor, for_update=False):
    """{queue: {descr, destination, max_wait, join_empty, leave_when_empty, maxlen, doubled, nulls, static_agents}} of every queue.

    Values as FreePBX stores them; None where queues_details has no row. doubled: keywords that have two rows, since the
    table's key includes `data` and FreePBX's own bugs can leave two; which of them counts only its GUI knows. nulls: keywords of rows without a value.
    """
    if not database.columns(cursor, 'queues_config'):
        raise Refusal('this PBX has no table queues_config; install the FreePBX module Queues first')
    lock = ' FOR UPDATE' if for_update else ''
    found = {}
    for number, descr, destination, wait in database.query(cursor, 'SELECT extension, descr, dest, maxwait FROM queues_config' + lock):
        if number in found:
            raise Refusal('queue %s stands twice in queues_config; repair that table of FreePBX, then run again' % number)
        found[number] = {'descr': descr, 'destination': destination or '', 'max_wait': wait or '',
                         'join_empty': None, 'leave_when_empty': None, 'maxlen': None, 'doubled': [], 'nulls': [], 'static_agents': 0}
    keywords = dict((keyword, setting) for setting, keyword in KEYWORDS.items())
    keywords['maxlen'] = 'maxlen'
    for number, agents in database.query(cursor, "SELECT id, COUNT(*) FROM queues_details WHERE keyword = 'member' GROUP BY id"):
        if number in found:
            found[number]['static_agents'] = agents
    rows = database.query(cursor, "SELECT id, keyword, data FROM queues_details WHERE keyword IN ('joinempty', 'leavewhenempty', 'maxlen')" + lock)
    for number, keyword, data in rows:
        if number not in found:
            continue
        setting = keywords[keyword.lower()]
        if data is None:
            found[number]['nulls'].append(keyword)
        if found[number][setting] is not None:
            found[number]['doubled'].append('%s: %s and %s' % (keyword, found[number][setting], data))
        found[number][setting] = data
    return found


def refuse_doubled(rows, numbers):
    """Raise Refusal if one of these queues has a setting twice, or a row without a value, beside which we would write a second."""
    found = ['queue %s (%s)' % (number, ', '.join(rows[number]['nulls'])) for number in sorted(numbers) if rows.get(number, {}).get('nulls')]
    if found:
        raise Refusal('rows of queues_details hold NULL for %s, which FreePBX never writes; open the queue in FreePBX and save it once, which '
                      'writes them anew' % '; '.join(found))
    found = ['queue %s (%s)' % (number, ', '.join(rows[number]['doubled'])) for number in sorted(numbers) if rows.get(number, {}).get('doubled')]
    if found:
        raise Refusal('two rows of one setting stand in queues_details for %s; open the queue in FreePBX and save it once, which leaves one'
                      % '; '.join(found))


def write(cursor, changes, done):
    """Carry out a plan's changes, each only where the value read before is still there; raises Refusal otherwise.

    done: a list that takes each change as it is made.
    """
    for change in changes:
        if _write(cursor, change) != 1:
            raise Refusal('queue %s was changed by somebody else while we worked; nothing was written, run again' % change.queue)
        done.append(change)


def refuse_cut(cursor, changes):
    """Raise Refusal if a row is not what was written: without its strict mode MariaDB cuts what is too long for a column, and says nothing."""
    rows = read(cursor)
    for change in changes:
        if (rows[change.queue][change.setting] or '') != (change.after or ''):
            raise Refusal("queue %s: FreePBX's database keeps %s of %s; nothing was written, so see to the length of the column in its table"
                          % (change.queue, rows[change.queue][change.setting], change.after))


def put_back(cursor, done):
    """Undo by hand the changes that were made."""
    for change in reversed(done):
        _write(cursor, change._replace(before=change.after, after=change.before))


def _write(cursor, change):
    return _write_column(cursor, change) if change.setting in COLUMNS else _write_detail(cursor, change)


def _write_column(cursor, change):
    column = COLUMNS[change.setting]
    return database.execute(cursor, 'UPDATE queues_config SET `%s` = %%s WHERE extension = %%s AND COALESCE(`%s`, \'\') = %%s' % (column, column),
                            (change.after, change.queue, change.before))


def _write_detail(cursor, change):
    keyword = KEYWORDS[change.setting]
    if change.before is None:
        return database.execute(cursor, 'INSERT INTO queues_details (id, keyword, data, flags) VALUES (%s, %s, %s, 0)',
                                (change.queue, keyword, change.after))
    where = ' WHERE id = %s AND keyword = %s AND data = %s'
    if change.after is None:
        return database.execute(cursor, 'DELETE FROM queues_details' + where, (change.queue, keyword, change.before))
    return database.execute(cursor, 'UPDATE queues_details SET data = %s' + where, (change.after, change.queue, keyword, change.before))

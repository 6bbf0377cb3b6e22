# SPDX-License-Identifier: GPL-3.0-or-later
"""Step 3: the Custom Destination that names our context in the FreePBX GUI."""
import os

from ansible.module_utils.freepbx_failover import (
    custom_destinations, customdests, database, deploys, pending, state, undo)
from ansible.module_utils.freepbx_failover.findings import Refusal
from ansible.module_utils.freepbx_failover.ownership import remaining_users
from ansible.module_utils.freepbx_failover.step_context import our_blocks


def run(params, write):
    """Make the Custom Destination as it shall be, or take ours away; returns the string a queue stores."""
    with state.locked(params['state_dir'], write), database.connected(params['freepbx_conf']) as connection:
        cursor = connection.cursor()
        if write:
            deploys.refuse_late(params)
        memory = state.load(params['state_dir']) or dict(state.EMPTY)
        rows = custom_destinations.read(cursor)
        stored = memory['custom_destination']
        memory['custom_destination'] = undo.remembered_destination(stored, deploys.read(params['state_dir']), rows)
        work = _present if params['state'] == 'present' else _absent
        before, after, users = work(params, rows, memory, cursor)
        result = {'changed': before != after, 'users': users, 'destid': _text((after or before or {}).get('destid')),
                  'destination': customdests.stored(after) if after else None,
                  'diff': {'before_header': 'Custom Destination', 'after_header': 'Custom Destination',
                           'before': customdests.shown(before), 'after': customdests.shown(after)}}
        if result['changed'] and write:
            record = deploys.begin(params, our_blocks(database.config_dir(cursor)))
            pending.begin_writing(cursor, params, record)
            with state.taken_back_on_failure(params['state_dir'], memory):
                row = _write(cursor, params, record, memory, before, after)
                database.commit(connection)
            deploys.committed(params['state_dir'], record)
            result.update(destid=_text(row['destid']), destination=customdests.stored(row) if after else None)
        elif write and memory['custom_destination'] != stored:
            state.save(params['state_dir'], memory)
    return result


def _text(destid):
    return None if destid is None else str(destid)


def _targets(params):
    return ['%s,s,1' % name for name in [params['context']] + params['former_contexts']]


def _present(params, rows, memory, cursor):
    targets = _targets(params)
    found = customdests.find(rows, targets, params['description'])
    if found and found['target'] not in targets:
        _refuse_strangers(params, rows, found, memory, cursor)
    written = (memory['custom_destination'] or {}).get('description')
    return found, customdests.wanted(found, targets[0], params['description'], params['notes'], targets, written), []


def _refuse_strangers(params, rows, found, memory, cursor):
    """A destination of our name with another target is somebody's; giving it our target would move the calls of all its users."""
    if memory['custom_destination'] and str(memory['custom_destination']['destid']) == str(found['destid']):
        return
    users = remaining_users(cursor, rows, customdests.strings(found), set(params['queues']))
    if users:
        raise Refusal('the Custom Destination "%s" (id %s) leads to %s and is used by %s, whose calls would change; choose another '
                      'queue_failover_custom_destination, or point them elsewhere first'
                      % (params['description'], found['destid'], found['target'], ', '.join(users)))


def _absent(params, rows, memory, cursor):
    """Ours goes only if we made it and nobody points at it any more; one that was there before us gets its former row back."""
    ours = memory['custom_destination'] or _unremembered(params, rows)
    found = rows.get(str(ours['destid'])) if ours else None
    if found is None or found['target'] not in _targets(params):
        return None, None, []
    users = remaining_users(cursor, rows, customdests.strings(found), set(memory['queues']) | set(params['former_destinations']))
    if users:
        return found, found, users
    return found, None if ours['made'] else ours['former'], []


def _unremembered(params, rows):
    """Ours by its target and our notes, where the memory is lost; one with other notes is an administrator's."""
    if os.path.exists(params['state_dir']) and state.load(params['state_dir']) is not None:
        return None
    found = customdests.find(rows, _targets(params), params['description'])
    known = found and found['target'] in _targets(params) and params['notes'] and found['notes'] == customdests.as_gui(params['notes'])
    return {'destid': found['destid'], 'made': True, 'former': None} if known else None


def _write(cursor, params, record, memory, before, after):
    """The intention before the rows: whatever breaks off in between, the record says what is ours."""
    row = custom_destinations.numbered(cursor, after) if before is None else after
    _remember(memory, params, before, row)
    undo.note_destination(record, before, row)
    deploys.save(params['state_dir'], record)
    state.save(params['state_dir'], memory)
    with database.kept_whole(cursor, custom_destinations.tables(cursor), lambda: custom_destinations.put(cursor, row, before)):
        custom_destinations.put(cursor, before, row)
        custom_destinations.refuse_cut(cursor, before, row)
        database.need_reload(cursor)
    return row or before


def _remember(memory, params, before, row):
    known = memory['custom_destination']
    if known and row and str(known['destid']) != str(row['destid']):
        known = None
    if row is None or (params['state'] == 'absent'):
        memory['custom_destination'] = None
        return
    memory['custom_destination'] = dict(known or {'destid': row['destid'], 'made': before is None, 'former': before}, description=row['description'])
    memory['context'] = params['context']

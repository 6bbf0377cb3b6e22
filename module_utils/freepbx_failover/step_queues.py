# SPDX-License-Identifier: GPL-3.0-or-later
"""Step 4: the queues' Fail Over Destination, Max Wait Time and Join/Leave Empty, all in one transaction."""
import copy

from ansible.module_utils.freepbx_failover import (
    asterisk, custom_destinations, database, deploys, destinations, pending, plan, queues, state, undo)
from ansible.module_utils.freepbx_failover.findings import Refusal, error, errors, sentence
from ansible.module_utils.freepbx_failover.ownership import our_strings
from ansible.module_utils.freepbx_failover.step_context import our_blocks


def run(params, write):
    """Change the queues as planned; remember first what they had, so that a run that is broken off loses nothing."""
    with state.locked(params['state_dir'], write), database.connected(params['freepbx_conf']) as connection:
        cursor = connection.cursor()
        if write:
            deploys.refuse_late(params)
        memory = state.load(params['state_dir']) or dict(state.EMPTY)
        stored = copy.deepcopy(memory)
        ours = our_strings([params['context']] + params['former_contexts'], custom_destinations.read(cursor))
        current = queues.read(cursor, for_update=write)
        memory['queues'] = undo.remembered(memory['queues'], deploys.read(params['state_dir']), current)
        queues.refuse_doubled(current, set(wishes(params)) | set(memory['queues']))
        former = dict((str(queue), value) for queue, value in params['former_destinations'].items())
        taken = plan.adopt(memory['queues'], former, current, ours)
        planned = plan.plan_queues(current, wishes(params), taken, ours, former)
        _refuse_moved(params, current, ours)
        planned.findings.extend(_gone(planned.changes, ours))
        if write and errors(planned.findings):
            raise Refusal(' '.join(sentence(finding) + '.' for finding in errors(planned.findings)))
        result = {'changed': bool(planned.changes), 'diff': plan.diff(planned.changes), 'notes': planned.notes,
                  'found': [sentence(finding) for finding in planned.findings if finding.severity != 'error'],
                  'errors': [sentence(finding) for finding in errors(planned.findings)],
                  'queues': sorted(set(change.queue for change in planned.changes))}
        if write:
            with state.taken_back_on_failure(params['state_dir'], memory):
                record = _write(cursor, params, stored, memory, taken, planned)
                database.commit(connection)
            if record:
                deploys.committed(params['state_dir'], record)
    return result


def wishes(params):
    """{queue: {setting: value}} of the list; a queue with a fail-over gets our destination."""
    wish = {}
    for entry in params['queues']:
        settings = dict(entry['settings'])
        if entry['failover']:
            settings['destination'] = params['destination']
        wish[entry['queue']] = settings
    return wish


def _gone(changes, ours):
    """Errors for queues that would get a former destination back that Asterisk has not loaded any more: their callers would be dropped."""
    back = [change for change in changes if change.setting == 'destination' and change.after and change.after not in ours
            and destinations.is_raw(change.after)]
    # Many queues share few destinations, and each question is a process.
    gone = set(target for target in set(change.after for change in back) if not asterisk.exists(target))
    return [error('former-gone', 'queue %s' % change.queue, 'its former Fail Over Destination %s is not loaded any more' % change.after,
                  'say in queue_failover_former_destinations what it shall get instead: {"%s": "context,extension,priority"}' % change.queue)
            for change in back if change.after in gone]


def _refuse_moved(params, current, ours):
    """A queue's default may be its former destination, which stands in our table by now: it must be the one that is there still."""
    for entry in params['queues']:
        value = current.get(entry['queue'], {}).get('destination')
        if entry['failover'] and entry.get('former') is not None and value not in ours and value != entry['former']:
            raise Refusal('queue %s: somebody changed its Fail Over Destination in FreePBX from %s to %s while we worked; nothing was written, '
                          'run again' % (entry['queue'], plan.shown('destination', entry['former']), plan.shown('destination', value)))


def _write(cursor, params, stored, memory, taken, planned):
    """Memory before rows: whatever breaks off in between, the former values are known. Returns the record, None if no row changed.

    stored: the memory as it is on the disk; memory has what an unfinished record remembers too.
    """
    returned = dict((queue, settings) for queue, settings in taken.items() if queue not in planned.taken)
    record = None
    memory.update(queues=dict(returned, **planned.taken), returned=sorted(returned), context=params['context'])
    if planned.changes:
        record = deploys.begin(params, our_blocks(database.config_dir(cursor)))
        # Whose the waiting changes are is judged by what an earlier run noted, so before our own intention is.
        pending.begin_writing(cursor, params, record)
        undo.note_changes(record, planned.changes)
        deploys.save(params['state_dir'], record)
    if memory != stored:
        state.save(params['state_dir'], memory)
    done = []
    with database.kept_whole(cursor, queues.TABLES, lambda: queues.put_back(cursor, done)):
        queues.write(cursor, planned.changes, done)
        queues.refuse_cut(cursor, planned.changes)
        if planned.changes:
            database.need_reload(cursor)
    return record

# SPDX-License-Identifier: GPL-3.0-or-later
"""Step 4: the queues' Fail Over Destination, Max Wait Time and Join/Leave Empty, all in one transaction."""
import copy

from ansible.module_utils.freepbx_failover import custom_destinations, database, plan, queues, state
from ansible.module_utils.freepbx_failover.findings import Refusal, errors, sentence
from ansible.module_utils.freepbx_failover.pending import mark_reload
from ansible.module_utils.freepbx_failover.ownership import our_strings


def run(params, write):
    """Change the queues as planned; remember first what they had, so that a run that is broken off loses nothing."""
    with state.locked(params['state_dir'], write), database.connected(params['freepbx_conf']) as connection:
        cursor = connection.cursor()
        memory = state.load(params['state_dir']) or dict(state.EMPTY)
        ours = our_strings([params['context']] + params['former_contexts'], custom_destinations.read(cursor))
        current = queues.read(cursor, for_update=write)
        queues.refuse_doubled(current, set(_wish(params)) | set(memory['queues']))
        former = dict((str(queue), value) for queue, value in params['former_destinations'].items())
        taken = plan.adopt(memory['queues'], former, current, ours)
        planned = plan.plan_queues(current, _wish(params), taken, ours, former)
        if errors(planned.findings):
            raise Refusal(' '.join(sentence(finding) + '.' for finding in errors(planned.findings)))
        result = {'changed': bool(planned.changes), 'diff': plan.diff(planned.changes), 'notes': planned.notes,
                  'found': [sentence(finding) for finding in planned.findings],
                  'queues': sorted(set(change.queue for change in planned.changes))}
        if write:
            with state.taken_back_on_failure(params['state_dir'], memory):
                _write(cursor, params, memory, taken, planned)
                connection.commit()
    return result


def _wish(params):
    """{queue: {setting: value}} of the list; a queue with a fail-over gets our destination."""
    wish = {}
    for entry in params['queues']:
        settings = dict(entry['settings'])
        if entry['failover']:
            settings['destination'] = params['destination']
        wish[entry['queue']] = settings
    return wish


def _write(cursor, params, memory, taken, planned):
    """Memory before rows: whatever breaks off in between, the former values are known and the rows tell what is ours."""
    before = copy.deepcopy(memory)
    returned = dict((queue, settings) for queue, settings in taken.items() if queue not in planned.taken)
    if planned.changes:
        mark_reload(cursor, memory, params)
    memory.update(queues=dict(returned, **planned.taken), returned=sorted(returned), context=params['context'])
    if memory != before:
        state.save(params['state_dir'], memory)
    queues.write(cursor, planned.changes)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Would the steps change anything? They themselves are asked, without writing, so that a run without changes is over at once."""
from ansible.module_utils.freepbx_failover import (
    deploys, drift, files, state, step_apply, step_context, step_destination, step_drift, step_queues, tables)


def look(params, pbx, leaving):
    """{block, block_now, due, full_reload, in_force, found, refused, drift}: the text between our marks when all is done and until then, what is left.

    params: of the routes module; pbx: its result so far; leaving: rows of queues that are to be given back.
    """
    present = params['state'] == 'present'
    block = tables.block(params['skeleton'], params['context'], pbx['routes']) if present else ''
    block_now = tables.block(params['skeleton'], params['context'], pbx['routes'], leaving) if present else ''
    listed = pbx['routes']['queues']
    common = dict(
        params, former_contexts=[name for name in pbx['contexts'] if name != params['context']], config_dir=pbx['config_dir'],
        former_destinations=pbx['former_destinations'], pending_changes='apply', block=block, remove=pbx['old_blocks'],
        description=params['custom_destination'], notes=params['custom_destination_notes'],
        context_will_change=False, rows_will_change=False, finish=False)
    destination = step_destination.run(dict(common, queues=[entry['queue'] for entry in listed if entry['failover']]), False)
    queues = step_queues.run(dict(common, destination=destination['destination'], queues=listed), False)
    steps = [step_context.run(common, False), destination, queues,
             step_apply.run(dict(common, queues=[entry['queue'] for entry in listed]), False)]
    due = any(step['changed'] for step in steps)
    full_reload = destination['changed'] or queues['changed'] or steps[-1]['reload'] == step_apply.FWCONSOLE
    # A deploy that was broken off after its last change is still to be marked as ended, and what it left to be taken away.
    ended = deploys.unfinished(params['state_dir']) is None and state.is_tidy(params['state_dir']) and not files.leftovers(
        step_context.folder(pbx['config_dir']))
    result = {'block': block, 'block_now': block_now, 'due': due, 'full_reload': full_reload, 'in_force': ended and not due, 'found': queues['found'],
              'refused': queues['errors']}
    if params['drift']:
        wish = step_queues.wishes(dict(common, destination=destination['destination'], queues=listed))
        result['drift'] = [dict(found, sentence=drift.sentence(found)) for found in step_drift.look(common, destination, wish)]
    return result

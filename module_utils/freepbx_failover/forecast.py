# SPDX-License-Identifier: GPL-3.0-or-later
"""Would the steps change anything? They themselves are asked, without writing, so that a run without changes is over at once."""
from ansible.module_utils.freepbx_failover import step_apply, step_context, step_destination, step_queues, tables


def look(params, pbx, leaving):
    """{block, block_now, in_force, found}: the text between our marks when all is done and until then, and whether all is done.

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
        context_will_change=False, rows_will_change=False)
    destination = step_destination.run(dict(common, queues=[entry['queue'] for entry in listed if entry['failover']]), False)
    queues = step_queues.run(dict(common, destination=destination['destination'], queues=listed), False)
    steps = [step_context.run(common, False), destination, queues,
             step_apply.run(dict(common, queues=[entry['queue'] for entry in listed]), False)]
    return {'block': block, 'block_now': block_now, 'in_force': not any(step['changed'] for step in steps), 'found': queues['found']}

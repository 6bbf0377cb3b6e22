# SPDX-License-Identifier: GPL-3.0-or-later
"""Step 5: bring into force what is not, once, and prove it. What is due is asked of the PBX, never of what this run changed."""
import os
import time

from ansible.module_utils.freepbx_failover import (
    asterisk, blocks, custom_destinations, database, deploys, dialplan, files, fwconsole, inforce, pending, queues, state)
from ansible.module_utils.freepbx_failover.findings import Refusal
from ansible.module_utils.freepbx_failover.step_context import CUSTOM_FILE, our_blocks, own_text
from ansible.module_utils.freepbx_failover.ownership import our_strings

DIALPLAN = 'dialplan reload'
FWCONSOLE = 'fwconsole reload'


def run(params, write):
    """Reload if something is not in force, then look again; raises Refusal if it still is not.

    In check mode nothing of this run is in the database yet, so there `rows_will_change` and
    `context_will_change` say what the steps before would have done.
    """
    with state.locked(params['state_dir'], write):
        if write:
            deploys.refuse_late(params)
        memory = state.load(params['state_dir']) or dict(state.EMPTY)
        in_files, in_rows = differences(params, memory)
        if not write and params['context_will_change']:
            in_files = []
        due = FWCONSOLE if in_rows or _waits(params) else DIALPLAN if in_files else None
        if not write and params['rows_will_change']:
            due = FWCONSOLE
        result = {'changed': bool(due), 'reload': due, 'was_not_in_force': in_rows + in_files, 'notes': [],
                  'diff': {'before_header': 'not in force yet', 'after_header': 'after one %s' % due if due else 'in force',
                           'before': ''.join(line + '\n' for line in in_rows + in_files), 'after': ''}}
        if write:
            if due:
                result['notes'] = _put_in_force(due, params)
                prove(params, memory)
            settle(params, memory)
            if params['finish']:
                deploys.settle(params, own_text(params))
    return result


def _waits(params):
    """Whether FreePBX shows "Apply Config" for rows of ours."""
    with database.connected(params['freepbx_conf']) as connection:
        cursor, record = connection.cursor(), deploys.unfinished(params['state_dir'])
        return bool(record) and database.reload_pending(cursor) and not pending.is_others(cursor, record)


def _put_in_force(due, params):
    """The one reload; returns sentences about what somebody saved in the GUI while it ran."""
    record = deploys.begin(params, our_blocks(params['config_dir']))
    pending.refuse_hand_edits(params, params['config_dir'])
    if due == DIALPLAN:
        asterisk.dialplan_reload()
        return []
    with database.connected(params['freepbx_conf']) as connection:
        pending.refuse_meanwhile(connection.cursor(), params, record)
        before = pending.seen(connection.cursor(), record)
    fwconsole.reload(params['sbin'], params['busy_s'])
    with database.connected(params['freepbx_conf']) as connection:
        found = pending.keep_others_flag(connection.cursor(), record, before)
        database.commit(connection)
    return ['Somebody saved changes in FreePBX while the reload ran (%s); FreePBX shows "Apply Config" for them.' % '; '.join(found[:3])] if found else []


def prove(params, memory, besides=()):
    """`fwconsole reload` claims success even when Asterisk could not read a file, so what is loaded is asked of Asterisk."""
    deadline = time.monotonic() + params['proof_s']
    left = sum(differences(params, memory, besides), [])
    while left and time.monotonic() < deadline:
        time.sleep(0.5)
        left = sum(differences(params, memory, besides), [])
    if left:
        raise Refusal('after the reload it is still not in force: %s; see what Asterisk logged during the reload' % '; '.join(left[:5]))


def differences(params, memory, besides=()):
    """(what of our block is not loaded, what of our rows is not in force), as sentences; besides: queues that are not looked at."""
    with database.connected(params['freepbx_conf']) as connection:
        cursor = connection.cursor()
        rows, destinations = queues.read(cursor), custom_destinations.read(cursor)
    ours = our_strings([params['context']] + params['former_contexts'], destinations)
    loaded = asterisk.show(('ext-queues', 'customdests').__contains__)
    loaded_queues = dialplan.loaded_queues(loaded)
    watched = set(params['queues']) | set(memory['queues'])
    watched |= set(queue for queue, (to, _wait) in loaded_queues.items() if to in ours)
    watched |= set(queue for queue, row in rows.items() if row['destination'] in ours)
    in_rows = inforce.queue_differences(dict((queue, rows[queue]) for queue in watched - set(besides) if queue in rows), loaded_queues,
                                        *generated(params['config_dir']))
    ours_row = destinations.get(str((memory['custom_destination'] or {}).get('destid')))
    if ours_row:
        in_rows += inforce.destination_difference(ours_row, loaded.get('customdests', {}))
    return _block_differences(params), in_rows


def generated(config_dir):
    """queues_additional.conf by section, and whether it is older than Asterisk's last full reload."""
    path = os.path.join(config_dir, 'queues_additional.conf')
    sections = inforce.parse_sections(files.read(path, missing_ok=True))
    since = asterisk.seconds_since_full_reload()
    written = os.stat(path).st_mtime if os.path.exists(path) else 0
    # Asterisk counts in whole seconds.
    return sections, since is None or written <= time.time() - since + 1


def _block_differences(params):
    data = files.read(os.path.join(params['config_dir'], CUSTOM_FILE), missing_ok=True)
    wanted = {}
    for block in blocks.find(data):
        wanted.update(dialplan.parse_contexts(block.text.decode('utf-8', 'replace')))
    if not wanted:
        return []
    return dialplan.differences(wanted, asterisk.show(wanted.__contains__), CUSTOM_FILE)


def settle(params, memory):
    """Everything is proven in force: what was given back is no longer ours to remember."""
    settled = dict(memory, returned=[],
                   queues=dict((queue, row) for queue, row in memory['queues'].items() if queue not in memory['returned']))
    if settled != memory:
        state.save(params['state_dir'], settled)

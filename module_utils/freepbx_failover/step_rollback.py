# SPDX-License-Identifier: GPL-3.0-or-later
"""Back to before a deploy: by the role when a step or the proof failed, or by playbooks/rollback.yml later.

The same order as a change of the context's name: the landing place of before is loaded beside the present one, the rows go
back, one reload and its proof, then what is no longer needed goes. One call, so that no other run comes in between.
"""
import os

from ansible.module_utils.freepbx_failover import (
    asterisk, blocks, custom_destinations, customdests, database, deploys, dialplan, files, fwconsole, pending, plan, queues, state, step_apply,
    step_context, undo)
from ansible.module_utils.freepbx_failover.findings import Refusal
from ansible.module_utils.freepbx_failover.ownership import (
    our_contexts, our_strings, remaining_users, written_users)


def run(params, write):
    """Undo the deploy that is named, or the last, and those after it; with `restore` only the run's own, if it has not ended."""
    if params['restore'] and not _restored(params):
        # A record comes before the first change, so there is nothing to take back, and it is no matter whether we could.
        return _nothing(params)
    with state.locked(params['state_dir'], write):
        records = _restored(params) if params['restore'] else _chosen(params)
        if not records:
            return _nothing(params)
        with database.connected(params['freepbx_conf']) as connection:
            asked = _asked(connection.cursor(), params, records)
            work = _plan(connection.cursor(), asked, records)
            if not params['restore'] and (work['changes'] or work['destination']):
                pending.refuse_waiting(connection.cursor(), params, records[0])
            result = {'changed': bool(work['changes'] or work['destination'] or work['exact'] != work['data']), 'diff': _diff(work),
                      'did': [], 'notes': work['notes'], 'left_to': '', 'flag_stays': False, 'deploys': [record['run_id'] for record in records]}
            if write:
                state.tidy(params['state_dir'])
                _told(connection, asked, records, work, result)
    return result


def _nothing(params):
    return {'changed': False, 'did': [], 'notes': [], 'deploys': [], 'left_to': _later(params)}


def _told(connection, params, records, work, result):
    """Do the work; a Refusal on the way says what was done before it."""
    try:
        _write(connection, params, records, work, result)
    except Refusal as refusal:
        raise Refusal('%s%s' % (refusal, '; before that, this run ' + ', '.join(result['did']) if result['did'] else ''))


def _asked(cursor, params, records):
    """The parameters with what else the steps need to know: folders, our names now and before, the queues to prove."""
    config_dir = database.config_dir(cursor)
    found = blocks.find(files.read(os.path.join(config_dir, step_context.CUSTOM_FILE), missing_ok=True))
    names = our_contexts(params['context'], found, state.load(params['state_dir']))
    names += [name for name, _text in records[-1]['before']['blocks'] if '-entry-' not in name]
    return dict(params, config_dir=config_dir, sbin=database.setting(cursor, 'AMPSBIN', '/usr/sbin'),
                former_contexts=sorted(set(names) - {params['context']}),
                queues=sorted(set(entry['queue'] for record in records for entry in record['queues'])))


def _restored(params):
    """This run's own deploy, unless it has ended or another run has started since and looks after the PBX."""
    records = deploys.read(params['state_dir'])[:1]
    return [record for record in records if record['run_id'] == params['run_id'] and not record['finished']]


def _later(params):
    """The run that has started on this PBX since this one did, '' if none has."""
    newest = [record['run_id'] for record in deploys.read(params['state_dir'])[:1]]
    return newest[0] if newest and newest[0] > params['run_id'] else ''


def _chosen(params):
    records = [record for record in deploys.read(params['state_dir']) if record['outcome'] in (None, 'done')]
    names = [record['run_id'] for record in records]
    if not records:
        raise Refusal('%s keeps no deploy that could be taken back' % params['state_dir'])
    if params['deploy'] and params['deploy'] not in names:
        raise Refusal('there is no deploy %s to take back; %s keeps %s' % (params['deploy'], params['state_dir'], ', '.join(names)))
    return records[:names.index(params['deploy'] or names[0]) + 1]


def _plan(cursor, params, records):
    """What goes back: the queues' rows, the Custom Destination, the blocks."""
    path = os.path.join(params['config_dir'], step_context.CUSTOM_FILE)
    data, kept = files.read(path, missing_ok=True), records[-1]['before']['blocks']
    current, destinations = queues.read(cursor, for_update=True), custom_destinations.read(cursor)
    wanted, notes = undo.queue_changes(records, current)
    changes, gone = _loaded_only(wanted, kept)
    before, after, changed = undo.destination_change(records, destinations)
    used = _users(cursor, destinations, before, after, changes)
    beside = undo.blocks_beside(data, kept)
    exact, names = undo.blocks_exact(beside, kept)
    return {'path': path, 'data': data, 'beside': beside, 'exact': exact, 'names': names, 'changes': changes, 'destinations': destinations,
            'destination': [] if used or before is after or customdests.same(before, after) else [(before, after)],
            'left': [change for change in wanted if change not in changes],
            'notes': notes + gone + ([changed] if changed else []) + used}


def _loaded_only(changes, kept):
    """(changes, notes): a queue gets no former destination that Asterisk has not loaded; ours stays then."""
    coming = set(context for _name, text in kept for context, _lines in blocks.sections(text.encode('latin-1')))
    gone = [change for change in changes if change.setting == 'destination' and change.after
            and change.after.split(',')[0] not in coming and not asterisk.exists(change.after)]
    notes = ['Queue %s: its former Fail Over Destination %s is not loaded any more, so it keeps %s; choose another in FreePBX.'
             % (change.queue, change.after, change.before) for change in gone]
    return [change for change in changes if change not in gone], notes


def _users(cursor, destinations, before, after, changes):
    if after is not None or before is None:
        return []
    users = remaining_users(cursor, destinations, customdests.strings(before), set(change.queue for change in changes))
    return ['The Custom Destination and its context stay, because they are used by %s.' % ', '.join(users)] if users else []


def _diff(work):
    return plan.diff(work['changes']) + [
        {'before_header': 'Custom Destination', 'after_header': 'Custom Destination', 'before': customdests.shown(before),
         'after': customdests.shown(after)} for before, after in work['destination']] + [
        {'before_header': work['path'], 'after_header': work['path'], 'before': step_context.ours(work['data']),
         'after': step_context.ours(work['exact'])}]


def _write(connection, params, records, work, result):
    memory = state.load(params['state_dir']) or dict(state.EMPTY)
    # Open until it is taken back: should this be broken off, the next run must know whose the rows are.
    records[0].update(finished=None, outcome=None)
    deploys.save(params['state_dir'], records[0])
    # Whose a waiting change is must be asked before we set the flag ourselves.
    others = params['pending_changes'] != 'apply' and pending.is_others(connection.cursor(), records[0])
    whole = _load_beside(params, work, result)
    _put_rows_back(connection, params, records[0], others, work, result)
    _reload(params, records[0], memory, others, work, result)
    if not whole:
        raise Refusal('; '.join(note.rstrip('.') for note in result['notes']))
    _take_out(params, work, result)
    memory = _former_memory(records[-1], memory, work)
    state.save(params['state_dir'], memory)
    for record in records if not result['flag_stays'] else []:
        deploys.finish(params['state_dir'], record, 'restored' if params['restore'] else 'rolled back')


def _load_beside(params, work, result):
    """Load the blocks of before beside the present ones. Where they cannot be written, the rows go back all the same if they lead nowhere else."""
    if work['beside'] == work['data']:
        return True
    try:
        step_context.load(work['path'], work['data'], work['beside'], {}, params)
        result['did'].append('loaded the block of before')
        return True
    except asterisk.Down:
        raise
    except Refusal as refusal:
        targets = set(change.after for change in work['changes'] if change.setting == 'destination' and change.after)
        if not all(asterisk.exists(target) for target in targets):
            raise
        result['notes'].append('the rows of before are back, but the block of before is not: %s' % refusal)
        return False


def _put_rows_back(connection, params, record, others, work, result):
    """All rows in one transaction. Others' waiting changes stop a rollback, but not the restoring of a run that failed."""
    if not work['changes'] and not work['destination']:
        return
    cursor, done = connection.cursor(), []
    if not params['restore']:
        pending.begin_writing(cursor, params, record)
    record['reload_due'] = record['reload_due'] or not database.reload_pending(cursor)
    record['restoring'] = not others
    deploys.save(params['state_dir'], record)
    touched = queues.TABLES + custom_destinations.tables(cursor)
    with database.kept_whole(cursor, touched, lambda: _undo_by_hand(cursor, done, work)):
        queues.write(cursor, work['changes'], done)
        queues.refuse_cut(cursor, work['changes'])
        for before, after in work['destination']:
            custom_destinations.put(cursor, before, after)
            custom_destinations.refuse_cut(cursor, before, after)
        database.need_reload(cursor)
    database.commit(connection)
    if work['changes']:
        result['did'].append('gave %s back what they had' % _named(sorted(set(change.queue for change in work['changes']))))
    if work['destination']:
        result['did'].append('gave back the Custom Destination')


def _undo_by_hand(cursor, done, work):
    queues.put_back(cursor, done)
    for former, written in work['destination']:
        custom_destinations.put(cursor, written, former)


def _named(numbers):
    return 'the queues %s' % ', '.join(numbers) if len(numbers) < 6 else '%d queues' % len(numbers)


def _reload(params, record, memory, others, work, result):
    """One reload if something is not in force or the flag is ours alone; never one that would apply somebody's waiting changes."""
    with database.connected(params['freepbx_conf']) as connection:
        waiting = database.reload_pending(connection.cursor())
        somebodys = undo.changed_since(record, queues.read(connection.cursor())) if others else []
    in_files, in_rows = step_apply.differences(params, memory, somebodys)
    touched = work['changes'] or work['destination'] or record['reload_due']
    if touched and others and in_rows:
        raise Refusal('the rows of before are back in the database but not in force (%s), because changes of somebody else wait for "Apply '
                      'Config" in the FreePBX GUI; apply them there, then run again' % '; '.join(in_rows[:3]))
    due = touched and not others and (in_rows or waiting)
    if due or in_files:
        pending.refuse_hand_edits(params, params['config_dir'])
    if due:
        _reload_fully(params, in_rows, result)
        _see_the_flag(params, result)
    elif in_files:
        asterisk.dialplan_reload()
    if touched or in_files:
        step_apply.prove(params, memory, somebodys)


def _reload_fully(params, in_rows, result):
    """One fwconsole reload. Where it fails though neither the loaded nor the generated dialplan has ours, only FreePBX's flag is left."""
    try:
        fwconsole.reload(params['sbin'], params['busy_s'])
        result['did'].append('reloaded')
    except Refusal as refusal:
        if in_rows or _generated_unlike(params):
            raise
        result['flag_stays'] = True
        result['notes'].append('FreePBX goes on showing "Apply Config" until fwconsole works again and site.yml has run once more (%s).' % refusal)


def _see_the_flag(params, result):
    """A reload that says it is complete and leaves the flag: then it is still ours, and the next run must know."""
    with database.connected(params['freepbx_conf']) as connection:
        if database.reload_pending(connection.cursor()) and not result['flag_stays']:
            result['flag_stays'] = True
            result['notes'].append('FreePBX goes on showing "Apply Config", though fwconsole says that its reload is complete; see what its log says.')


def _generated_unlike(params):
    path = os.path.join(params['config_dir'], step_context.GENERATED_FILE)
    written = dialplan.loaded_queues(dialplan.parse_contexts(files.read(path, missing_ok=True).decode('utf-8', 'replace')))
    with database.connected(params['freepbx_conf']) as connection:
        rows = queues.read(connection.cursor())
    return [queue for queue in params['queues'] if queue in rows
            and written.get(queue) != (rows[queue]['destination'], rows[queue]['max_wait'])]


def _take_out(params, work, result):
    """The blocks of the deploy go when nothing leads to them any more and no call is in them."""
    removed = dict((block.name, block.text) for block in blocks.find(work['beside']) if block.name in work['names'])
    if not removed and work['exact'] == work['beside']:
        return
    with database.connected(params['freepbx_conf']) as connection:
        strings = our_strings(sorted(removed), custom_destinations.read(connection.cursor()))
        users = remaining_users(connection.cursor(), custom_destinations.read(connection.cursor()), strings, set())
    users += written_users(params['config_dir'], sorted(removed)) if removed else []
    users += step_context.still_used(removed, params['config_dir'])
    contexts = set(context for text in removed.values() for context in dialplan.parse_contexts(text.decode('utf-8', 'replace')))
    calls = asterisk.wait_until_left(contexts, params['drain_s']) if contexts and not users else 0
    if users or calls:
        result['notes'].append('The block stays in %s, because %s.' % (
            work['path'], 'it is used by ' + ', '.join(users) if users else '%d calls are still in it after %d s' % (calls, params['drain_s'])))
        return
    after = blocks.take_out(work['exact'], work['names'])
    step_context.load(work['path'], files.read(work['path'], missing_ok=True), after, removed, params)
    result['did'].append('loaded the dialplan of before')


def _former_memory(oldest, memory, work):
    """What was remembered before the deploy, and still what is ours of the queues that could not get their destination back."""
    former = dict(oldest['before']['memory'] or state.EMPTY)
    former['queues'] = dict(former['queues'])
    for change in work['left']:
        entry = memory['queues'].get(change.queue, {}).get(change.setting)
        if entry:
            former['queues'][change.queue] = dict(former['queues'].get(change.queue, {}), **{change.setting: entry})
    return former

# SPDX-License-Identifier: GPL-3.0-or-later
"""Step 1: read the PBX, resolve the wish, refuse what is wrong. Writes nothing, ever."""
import functools
import os
import re

from ansible.module_utils.freepbx_failover import (
    asterisk, blocks, catalogue, checks, custom_destinations, database, deploys, destinations, dialplan, files, forecast, layers, pending, plan,
    queues, readiness, routes, state, tables, variables)
from ansible.module_utils.freepbx_failover.findings import as_dict, error, errors, sentence, warning
from ansible.module_utils.freepbx_failover.ownership import (
    our_contexts, our_strings, remaining_users, written_users)
from ansible.module_utils.freepbx_failover.readiness import CUSTOM_FILE

OVERRIDE_FILE = 'extensions_override_freepbx.conf'  # loaded first, so it wins for the priorities it defines


@asterisk.asked_once()
@database.asked_once()
def run(params):
    """The routes of this PBX, the findings about them, and what the next steps need to know of the PBX."""
    if database.pymysql is None:
        return {'pymysql_missing': True, 'os': os_release()}
    values, findings = variables.judge(params['plain'])
    params = dict(params, **values)
    params['state_dir'] = state.folder(params['state_dir'])
    unusable = routes.check_context(params['context'])
    params['context'] = variables.TEXTS['context'] if unusable else params['context']
    findings += unusable + _state_folder(params)
    findings += routes.check_names(params['custom_destination'], params['custom_destination_notes'])
    database.read_conf(params['freepbx_conf'])
    try:
        version = asterisk.version()
    except asterisk.Down:
        if params['standby']:
            return {'pymysql_missing': False, 'standby_down': True}
        raise
    merged, items, wrong = layers.merge(params['queues'], params['layers'])
    wish = [merged] + [params[key] for key in ('default', 'status_defaults', 'overflow')]
    with database.connected(params['freepbx_conf']) as connection:
        pbx = read_pbx(connection.cursor(), params, routes.kinds_used(*wish))
    pbx['asterisk_version'] = version
    findings += routes.check_formers(params['former_destinations'], pbx['ours'], pbx['queues'])
    found = {'default': None, 'overflow': None, 'status_defaults': {}, 'queues': []}
    if params['state'] == 'present':
        found, more = routes.compile_routes(wish[0], wish[1], pbx, *wish[2:])
        findings += more + _not_loaded(wish)
        findings += checks.derive(found, pbx) if params['derive_empty_policy'] else []
        findings = layers.placed(findings + checks.check(found, pbx), items) + wrong
        for entry in found['queues']:
            del entry['spread']
    else:
        findings += _absent(params, pbx)
    findings += layers.unknown(params['variables']) + ([] if unusable else _conflicts(params, pbx)) + _kept(params, pbx)
    return _result(params, pbx, found, checks.judged(findings, params['finding_severity']))


def _state_folder(params):
    """Where the state folder cannot be used: an error for a deploy, a warning for who only reads."""
    complaint = state.complaint(params['state_dir'])
    say = warning if params['read_only'] else error
    return [say('state-folder', 'queue_failover_state_dir', *complaint)] if complaint else []


def read_pbx(cursor, params, kinds):
    """Everything the rules need to know of this PBX, in one look."""
    config_dir = database.config_dir(cursor)
    data = files.read(os.path.join(config_dir, CUSTOM_FILE), missing_ok=True)
    found_blocks = blocks.find(data)
    memory = state.load(params['state_dir'])
    names = our_contexts(params['context'], found_blocks, memory)
    rows = custom_destinations.read(cursor)
    current = queues.read(cursor)
    ours = our_strings(names, rows)
    unfinished = deploys.unfinished(params['state_dir'])
    known_formers = _known_formers(params, memory, found_blocks)
    known = set((memory or state.EMPTY)['queues']) | set(known_formers)
    return {
        'config_dir': config_dir, 'sbin': database.setting(cursor, 'AMPSBIN', '/usr/sbin'), 'data': data, 'blocks': found_blocks,
        'memory': memory, 'contexts': names, 'ours': ours, 'queues': _without_us(current, memory), 'objects': catalogue.objects(cursor, kinds),
        'known_formers': known_formers, 'former': _formers(current, ours, known_formers),
        'users': remaining_users(cursor, rows, ours, known) + written_users(config_dir, names),
        'users_of_former': dict((name, remaining_users(cursor, rows, ['%s,s,1' % name], known) + written_users(config_dir, [name]))
                                for name in names[1:]),
        'recordings': catalogue.recordings(cursor), 'onward': catalogue.onward(cursor, rows), **_around(config_dir),
        'reload_pending': database.reload_pending(cursor), 'unfinished': unfinished,
        'others_wait': pending.is_others(cursor, unfinished), 'freepbx_version': database.version(cursor)}


def _without_us(current, memory):
    """The queues' rows with the settings they would have without us: what the rules judge by where the YAML says nothing."""
    rows = dict((queue, dict(row)) for queue, row in current.items())
    for queue, settings in (memory or state.EMPTY)['queues'].items():
        for setting, entry in settings.items():
            if setting != 'destination' and queue in rows and rows[queue][setting] == entry['ours']:
                rows[queue][setting] = entry['former']
    return rows


def _around(config_dir):
    """What stands in dialplan files that goes before or past a queue's fail-over: {overrides: {queue: places}, virtual: places}."""
    overrides, virtual = {}, []
    for path, data in files.read_with_includes(os.path.join(config_dir, 'extensions.conf'), config_dir):
        virtual.extend('%s line %d' % (path, number) for number in dialplan.virtual_queues(data))
        if os.path.basename(path) == OVERRIDE_FILE:
            for queue, numbers in dialplan.extension_lines(data, 'ext-queues').items():
                overrides.setdefault(queue, []).append('%s line %d' % (path, numbers[0]))
    return {'overrides': overrides, 'virtual': virtual}


def _known_formers(params, memory, found_blocks):
    """{queue: its destination without us}: our memory, else the comment in the block, else the variable.

    The variable comes first where what we remember is not loaded any more: somebody has deleted it since.
    """
    said = dict((str(queue), str(value)) for queue, value in params['former_destinations'].items())
    known = dict(said)
    text = _texts(found_blocks)
    forged = tables.forged(text)
    known.update((queue, value) for queue, value in tables.formers(text).items() if queue not in forged)
    for queue, settings in (memory or state.EMPTY)['queues'].items():
        if 'destination' in settings:
            known[queue] = settings['destination']['former']
    return dict((queue, said[queue] if queue in said and not _loaded(value) else value) for queue, value in known.items())


def _texts(found_blocks):
    """What stands in our blocks."""
    return '\n'.join(block.text.decode('utf-8', 'replace') for block in found_blocks)


def _loaded(destination):
    """Whether a queue may get this destination; none at all is the administrator's own choice."""
    return not destination or not destinations.is_raw(destination) or asterisk.exists(destination)


def _formers(current, ours, known):
    """{queue: its fail-over destination without us}."""
    return dict((queue, known.get(queue) if row['destination'] in ours else row['destination']) for queue, row in current.items())


def _absent(params, pbx):
    """Removal refuses when nobody remembers what the queues had: no state folder, and no comment in the block."""
    if pbx['memory'] is not None:
        return []
    lost = [queue for queue, row in sorted(pbx['queues'].items()) if row['destination'] in pbx['ours']]
    found = plan.unknown_formers(pbx['queues'], {}, {}, pbx['ours'], pbx['known_formers'], tables.forged(_texts(pbx['blocks'])))
    if lost and not found:
        found.append(warning('memory-lost', 'queue_failover_state_dir', '%s knows nothing of this PBX, so Max Wait Time, Join Empty and Leave '
                             'Empty of %s stay as they are' % (params['state_dir'], ', '.join('queue ' + queue for queue in lost)),
                             'see in FreePBX whether they are right'))
    return found


def _not_loaded(wish):
    """Errors for raw destinations that Asterisk has not loaded: a caller sent there would get the default instead."""
    found, checked = [], {}
    for where, destination in routes.wishes(*wish):
        text = str(destination.get('custom', '')).strip()
        if text and destinations.is_raw(text) and text not in checked:
            checked[text] = asterisk.exists(text)
        if checked.get(text) is False:
            found.append(error('destination-not-loaded', where, 'Asterisk has not loaded %s' % text,
                               'write that context first, reload, and run again'))
    return found


def _conflicts(params, pbx):
    """Errors for foreign text that would change our contexts, in our file, in any other file, or loaded already."""
    if params['state'] != 'present':
        return []
    path = os.path.join(pbx['config_dir'], CUSTOM_FILE)
    ours = functools.partial(tables.is_ours, name_of_ours=params['context'])
    found = blocks.conflicts(pbx['data'], ours, path, functools.partial(files.included, pbx['config_dir']))
    for other, data in files.read_with_includes(os.path.join(pbx['config_dir'], 'extensions.conf'), pbx['config_dir']):
        if os.path.realpath(other) == os.path.realpath(path) or b'[' + params['context'].encode() not in data:
            continue
        lines = dialplan.significant_lines(data)[0]
        found.extend('context [%s] stands in %s line %d; rename one of the two (queue_failover_context)' % (context, other, number)
                     for context, number in dialplan.headers(lines) if ours(context))
    found = found or _loaded_elsewhere(ours)
    return [error('context-conflict', routes.CONTEXT, text.rsplit('; ', 1)[0], text.rsplit('; ', 1)[1]) for text in found]


def _loaded_elsewhere(ours):
    """Sentences about priorities of our contexts that Asterisk loaded from another file, or from no file (AEL, Lua, CLI)."""
    return ['%s,%s,%d is loaded from %s; rename one of the two (queue_failover_context)' % (context, extension, number, dialplan.origin(priority))
            for context, extensions in asterisk.show(ours).items() for extension, priorities in extensions.items()
            for number, priority in priorities.items() if priority.source not in (CUSTOM_FILE, 'pbx_config')]


def _result(params, pbx, found, findings):
    leaving = _leaving(params, pbx, set(queue['queue'] for queue in found['queues'] if queue['failover']))
    result = {
        'pymysql_missing': False, 'standby_down': False, 'routes': found, 'leaving': [entry['queue'] for entry in leaving],
        'block': '', 'block_now': '', 'in_force': False,
        'run_id': deploys.new_id(params['state_dir']), 'waiting': '', 'context_first': False, 'drift': [],
        'old_blocks': [block.name for block in pbx['blocks'] if block.name != params['context'] and not _still_needed(params, pbx, block.name)],
        'former_destinations': pbx['known_formers'], 'contexts': pbx['contexts'], 'config_dir': pbx['config_dir'], 'sbin': pbx['sbin'],
        'ours': pbx['ours'], 'users': pbx['users'],
        'reload_pending': bool(pbx['reload_pending']), 'freepbx_version': pbx['freepbx_version'], 'asterisk_version': pbx['asterisk_version']}
    if not errors(findings) and (params['skeleton'] or params['state'] == 'absent'):
        result.update(forecast.look(params, result, leaving))
        due, full_reload = result.pop('due'), result.pop('full_reload')
        ready = readiness.check(params, pbx) if due and not params['read_only'] else []
        # Where a folder is the wrong one, nothing of what is in force can be told from its files.
        findings += _pending(params, pbx, due, full_reload and not errors(ready), result) + ready
    result['counts'] = {'queues': len(found['queues']), 'routes': sum(len(entry['routes']) for entry in found['queues'])}
    if result['in_force'] and not params['read_only']:
        # Nothing is left to do, and Ansible's work on a result grows with it.
        result.update(block='', block_now='', former_destinations={}, routes=dict(found, queues=[]))
    result.update(findings=[as_dict(finding) for finding in findings], errors=[sentence(finding) for finding in errors(findings)] + result.pop('refused', []),
                  warnings_found=[sentence(finding) for finding in findings if finding not in errors(findings)] + result.pop('found', []))
    return result


def _still_needed(params, pbx, block):
    """Whether a block under a former name of the context must stay because somebody else sends calls there."""
    return params['state'] == 'present' and any(
        users and (block == name or block.startswith(name + '-entry-')) for name, users in pbx['users_of_former'].items())


def _kept(params, pbx):
    """A warning for every former name of the context that stays because it is used."""
    if params['state'] != 'present':
        return []
    return [warning('former-context-used', routes.CONTEXT, 'the context keeps its former name %s too, with the routes it had, because %s still '
                    'send calls there' % (name, ', '.join(users)), 'point these elsewhere and run again')
            for name, users in sorted(pbx['users_of_former'].items()) if users and name in [block.name for block in pbx['blocks']]]


def _pending(params, pbx, due, full_reload, result):
    """What of somebody else's waits for a reload, if ours would need one: an error, or with `leave` the sentence for the administrator.

    full_reload: whether fwconsole is needed; rows that FreePBX does not know to be waiting come into force by that alone.
    """
    if not due or params['pending_changes'] == 'apply':
        return []
    asked = dict(params, former_contexts=[name for name in pbx['contexts'] if name != params['context']])
    edits = pending.hand_edits(asked, pbx['config_dir'])
    silent = pending.unannounced(params, pbx['overrides']) if full_reload and not pbx['others_wait'] else []
    found = ['changes wait for "Apply Config" in the FreePBX GUI'] if pbx['others_wait'] else []
    found += ['the dialplan was edited and not loaded since (%s)' % '; '.join(edits[:3])] if edits else []
    found += ["FreePBX's database has changes for which it shows no \"Apply Config\" (%s)" % '; '.join(silent[:3])] if silent else []
    if params['pending_changes'] == 'leave':
        result.update(waiting=' and '.join(found), context_first=bool(found) and not edits and params['state'] == 'present')
        return []
    return [error('pending-changes', 'queue_failover_pending_changes', text + ', and a reload would put them in force too',
                  'apply them in FreePBX (an edited dialplan: dialplan reload%s), or set queue_failover_pending_changes to apply or leave'
                  % ('; without "Apply Config": fwconsole reload' if silent else '')) for text in found]


def _leaving(params, pbx, wanted):
    """The rows in our present block of queues that are no longer wanted: they stay until no queue points at them any more."""
    mine = [block.text.decode('utf-8', 'replace') for block in pbx['blocks'] if block.name == params['context']]
    old = tables.read(dialplan.parse_contexts(mine[0]), params['context']) if mine else {}
    return [{'queue': queue, 'routes': table, 'former': pbx['known_formers'].get(queue)}
            for queue, table in sorted(old.items()) if queue and queue not in wanted]


def os_release(path='/etc/os-release'):
    """{id, id_like, version_id} of the PBX's distribution, '' where it does not say."""
    try:
        with open(path, encoding='utf-8', errors='replace') as handle:
            found = dict(re.findall(r'^([A-Z_]+)=["\']?([^"\'\n]*)', handle.read(), re.M))
    except OSError:
        found = {}
    return dict((key.lower(), found.get(key, '')) for key in ('ID', 'ID_LIKE', 'VERSION_ID'))

# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift: what stands in YAML, database, generated files and Asterisk, side by side. Reads only."""
import os

from ansible.module_utils.freepbx_failover import (
    asterisk, blocks, custom_destinations, customdests, database, deploys, dialplan, drift, files, inforce, queues, state, step_apply,
    step_context, tables)


def look(params, destination, wish):
    """[difference] of this PBX. params: as the forecast makes them; destination: of step 3 without writing; wish: of step 4."""
    memory = state.load(params['state_dir']) or dict(state.EMPTY)
    with database.connected(params['freepbx_conf']) as connection:
        rows, rows_of_customs = queues.read(connection.cursor()), custom_destinations.read(connection.cursor())
    loaded = asterisk.show(lambda name: name in ('ext-queues', 'customdests') or tables.is_ours(name, params['context']))
    generated = dialplan.parse_contexts(_text(params, step_context.GENERATED_FILE))
    sections, is_newer = step_apply.generated(params['config_dir'])
    places = {'rows': rows, 'generated': dialplan.loaded_queues(generated), 'sections': sections, 'loaded': dialplan.loaded_queues(loaded)}
    found = drift.queues(wish, memory['queues'], places, is_newer)
    return found + _block(params, loaded) + _custom_destination(params, destination, rows_of_customs, memory, loaded)


def _text(params, name):
    return files.read(os.path.join(params['config_dir'], name), missing_ok=True).decode('utf-8', 'replace')


def _block(params, loaded):
    """The tables of routes row by row; of the rest of the block only that it differs."""
    context = params['context']
    mine = [block.text.decode('utf-8', 'replace') for block in blocks.find(_text(params, step_context.CUSTOM_FILE).encode('utf-8')) if block.name == context]
    wanted, written = dialplan.parse_contexts(params['block']), dialplan.parse_contexts(mine[0] if mine else '')
    if not wanted and not written:
        return []
    if wanted and not mine:
        alike = not dialplan.differences(wanted, loaded, step_context.CUSTOM_FILE)
        return drift.thing('context [%s]' % context, {
            'YAML': 'as the YAML gives it', 'files': 'missing',
            'loaded': 'as the YAML gives it' if alike else 'another text' if context in loaded else 'missing'})
    last = next((record for record in deploys.read(params['state_dir']) if record['outcome'] == 'done'), None)
    by_us = bool(mine) and last is not None and deploys.digest(mine[0]) == last['block']
    found = drift.routes(tables.read(wanted, context), tables.read(written, context), tables.read(loaded, context), by_us)
    if found:
        return found
    texts = {'YAML': 'as the YAML gives it', 'files': 'as the YAML gives it' if mine and mine[0] == params['block'] else 'another text' if mine else 'missing'}
    texts['loaded'] = 'another text' if dialplan.differences(written, loaded, step_context.CUSTOM_FILE) else texts['files']
    return drift.thing('context [%s]' % context, texts, 'files' if by_us else 'YAML')


def _custom_destination(params, destination, rows, memory, loaded):
    name = 'Custom Destination "%s"' % params['description']
    if destination['changed']:
        return drift.thing(name, {'YAML': 'as the YAML gives it', 'database': 'another row' if destination['destid'] else 'missing'})
    row = rows.get(str((memory['custom_destination'] or {}).get('destid')))
    found = inforce.destination_difference(row, loaded.get('customdests', {})) if row else []
    return drift.thing(name, {'database': customdests.stored(row), 'loaded': 'not loaded'}, 'database') if found else []

# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose changes wait for a reload? What somebody has not applied yet is not ours to put in force."""
import functools
import os

from ansible.module_utils.freepbx_failover import (
    asterisk, blocks, catalogue, custom_destinations, database, deploys, dialplan, files, inforce, queues, tables, unapplied, undo)
from ansible.module_utils.freepbx_failover.findings import Refusal

# The files FreePBX writes anew at each reload.
GENERATED = '_additional.conf'
APPLY = 'or set queue_failover_pending_changes: apply, and run again'


def is_others(cursor, record):
    """Whether FreePBX shows "Apply Config" for changes that are not, or not only, those of this deploy (a record or None).

    The flag alone does not say whose change it is for. It is ours if a deploy set it, its rows are in the database, and no
    queue has become unlike what is loaded since.
    """
    if not database.reload_pending(cursor):
        return False
    if not record or not record['reload_due']:
        return True
    rows = queues.read(cursor)
    if not undo.is_written(record, rows, custom_destinations.read(cursor)):
        return True
    return bool(undo.changed_since(record, rows) or _changed_meanwhile(cursor, record))


def begin_writing(cursor, params, record):
    """Raise Refusal if others' changes wait; else note in the record whose flag it is. In the transaction, before the first row."""
    refuse_hand_edits(params, database.config_dir(cursor))
    waiting = database.reload_pending(cursor, for_update=True)
    refuse_waiting(cursor, params, record)
    if record['unlike'] is None:
        record.update(unlike=_unlike(cursor, record), tables=catalogue.fingerprints(cursor))
    record['reload_due'] = record['reload_due'] or not waiting


def refuse_waiting(cursor, params, record):
    """Raise Refusal if changes of somebody else wait for "Apply Config", unless the administrator lets them be applied."""
    if params['pending_changes'] != 'apply' and is_others(cursor, record):
        raise Refusal('changes of somebody else wait for "Apply Config" in the FreePBX GUI; nothing was written, so apply them there, ' + APPLY)


def refuse_meanwhile(cursor, params, record):
    """Raise Refusal if somebody saved a queue in the GUI since this deploy began: our reload would put that in force."""
    found = _saved(cursor, record)
    if found and params['pending_changes'] != 'apply':
        raise Refusal('somebody saved changes in the FreePBX GUI while we worked (%s) and has not applied them; let them be applied there, %s'
                      % ('; '.join(found[:3]), APPLY))


def _saved(cursor, record, besides=()):
    found = undo.changed_since(record, queues.read(cursor))
    return ['queue %s was changed' % queue for queue in found] or _changed_meanwhile(cursor, record, besides)


def unannounced(params, besides):
    """What in the database is not in force, is not ours, and shows no "Apply Config": saved while a reload ran, which cleared the flag, say.

    besides: queues whose loaded dialplan is not FreePBX's alone, so that it never is as the database says.
    """
    with database.connected(params['freepbx_conf']) as connection:
        return _saved(connection.cursor(), deploys.unfinished(params['state_dir']) or deploys.EMPTY, besides)


def seen(cursor, record):
    """What of others is not in force now, and the checksums of their tables: to be compared after our reload."""
    return {'unlike': _unlike(cursor, record), 'tables': catalogue.fingerprints(cursor)}


def keep_others_flag(cursor, record, before):
    """Set need_reload again if somebody saved something while our reload ran, which cleared the flag; returns what, as sentences."""
    found = _changed_meanwhile(cursor, dict(record, **before))
    if found:
        database.need_reload(cursor)
    return found


def _changed_meanwhile(cursor, record, besides=()):
    found = [text for text in _unlike(cursor, record, besides) if text not in (record['unlike'] or [])]
    now, before = catalogue.fingerprints(cursor), record['tables'] or {}
    return found + ['table %s was changed' % table for table in sorted(now) if table in before and now[table] != before[table]]


def _unlike(cursor, record, besides=()):
    """What of the queues that this deploy does not touch is in the database but not in force: what somebody saved and not applied."""
    known = set(entry['queue'] for entry in record['queues']) | set(besides)
    others = dict((queue, row) for queue, row in queues.read(cursor).items() if queue not in known)
    config_dir = database.config_dir(cursor)
    sections = inforce.parse_sections(files.read(os.path.join(config_dir, 'queues_additional.conf'), missing_ok=True))
    return inforce.queue_differences(others, dialplan.loaded_queues(asterisk.show('ext-queues'.__eq__)), sections, True)


def refuse_hand_edits(params, config_dir):
    """Raise Refusal if a dialplan file was edited by hand and not loaded since, unless the administrator lets it be applied."""
    found = [] if params['pending_changes'] == 'apply' else hand_edits(params, config_dir)
    if found:
        raise Refusal('the dialplan was edited and not loaded since (%s%s), and our reload would put that in force; nothing was written, so '
                      'reload it (dialplan reload) or take the edit back, %s'
                      % ('; '.join(found[:3]), ' and %d more' % (len(found) - 3) if len(found) > 3 else '', APPLY))


def hand_edits(params, config_dir):
    """Sentences about what stands in the hand-written dialplan but is not loaded, or the other way round; our own blocks aside."""
    loaded, found = asterisk.show(), []
    record = deploys.unfinished(params['state_dir'])
    for path, data in files.read_with_includes(os.path.join(config_dir, 'extensions.conf'), config_dir):
        if path.endswith(GENERATED) and record and record['reload_due']:
            continue  # FreePBX wrote it for a reload of ours that was broken off
        own = blocks.find(data)
        ours = functools.partial(_is_ours, [params['context']] + params['former_contexts'], blocks.contexts(own))
        found.extend(unapplied.edits(blocks.take_out(data, [block.name for block in own]), os.path.basename(path), loaded, ours))
    return found


def _is_ours(names, written, context):
    """Whether a context is one of ours: by its name, or because it stands in one of our blocks."""
    return context in written or any(tables.is_ours(context, name) for name in names)

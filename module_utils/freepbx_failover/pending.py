# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose changes wait for a reload? What somebody has not applied yet is not ours to put in force."""
import functools
import os

from ansible.module_utils.freepbx_failover import asterisk, blocks, database, files, tables, unapplied
from ansible.module_utils.freepbx_failover.findings import Refusal


def mark_reload(cursor, memory, params):
    """Set need_reload in the running transaction and remember that it is for our rows; raises Refusal if others' changes wait.

    The flag alone does not say whose change it is for, so our memory keeps the id of the run that set it first.
    """
    refuse_hand_edits(params, database.setting(cursor, 'ASTETCDIR', '/etc/asterisk'))
    if database.reload_pending(cursor):
        if not memory['reload_due'] and params['pending_changes'] != 'apply':
            raise Refusal('changes of somebody else wait for "Apply Config" in the FreePBX GUI; nothing was written, so apply them there, '
                          'or set queue_failover_pending_changes: apply, and run again')
    else:
        memory['reload_due'] = params['run_id']
    database.need_reload(cursor)


def refuse_hand_edits(params, config_dir):
    """Raise Refusal if a dialplan file was edited by hand and not loaded since, unless the administrator lets it be applied."""
    if params['pending_changes'] == 'apply':
        return
    loaded, found = asterisk.show(), []
    for path, data in files.read_with_includes(os.path.join(config_dir, 'extensions.conf'), config_dir):
        own = blocks.find(data)
        ours = functools.partial(_is_ours, [params['context']] + params['former_contexts'], blocks.contexts(own))
        found.extend(unapplied.edits(blocks.take_out(data, [block.name for block in own]), os.path.basename(path), loaded, ours))
    if found:
        raise Refusal('the dialplan was edited and not loaded since (%s%s), and our reload would put that in force; nothing was written, so '
                      'reload it (dialplan reload) or take the edit back, or set queue_failover_pending_changes: apply, and run again'
                      % ('; '.join(found[:3]), ' and %d more' % (len(found) - 3) if len(found) > 3 else ''))


def _is_ours(names, written, context):
    """Whether a context is one of ours: by its name, or because it stands in one of our blocks."""
    return context in written or any(tables.is_ours(context, name) for name in names)

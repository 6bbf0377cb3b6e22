# SPDX-License-Identifier: GPL-3.0-or-later
"""The pending-reload flag and whose it is: a change somebody has not applied yet is not ours to put in force."""
from ansible.module_utils.freepbx_failover import database
from ansible.module_utils.freepbx_failover.findings import Refusal


def mark_reload(cursor, memory, params):
    """Set need_reload in the running transaction and remember that it is for our rows; raises Refusal if others' changes wait.

    The flag alone does not say whose change it is for, so our memory keeps the id of the run that set it first.
    """
    if database.reload_pending(cursor):
        if not memory['reload_due'] and params['pending_changes'] != 'apply':
            raise Refusal('changes of somebody else wait for "Apply Config" in the FreePBX GUI; nothing was written, so apply them there, '
                          'or set queue_failover_pending_changes: apply, and run again')
    else:
        memory['reload_due'] = params['run_id']
    database.need_reload(cursor)

# SPDX-License-Identifier: GPL-3.0-or-later
"""What would happen to a call now? Reads what Asterisk has loaded; changes nothing and places no call."""
from ansible.module_utils.freepbx_failover import asterisk, dialplan, statuses, tables, verdict


def run(params):
    """For each queue and status, where a call would go as loaded, and whether that is what the YAML says."""
    contexts = asterisk.show(lambda name: name == 'ext-queues' or tables.is_ours(name, params['context']))
    loaded = {
        'queues': dialplan.loaded_queues(contexts), 'rows': tables.read(contexts, params['context']),
        'entered': params['context'] in contexts, 'ours': params['destinations'], 'gone': set()}
    rows = verdict.table(params['routes'], loaded, list(statuses.STATUSES))
    wanted = set(row['loaded'] for row in rows if row['loaded'].count(',') == 2)
    loaded['gone'] = set(text for text in wanted if not asterisk.exists(text))
    rows = verdict.table(params['routes'], loaded, list(statuses.STATUSES))
    return {'changed': False, 'rows': rows, 'wrong': sum(1 for row in rows if not row['ok'])}

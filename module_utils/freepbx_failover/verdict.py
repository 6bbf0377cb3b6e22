# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a call that leaves a queue would go, as wished and as loaded.

Pure: imports nothing of Ansible, SQL or processes. The order of lookup stands here once more in words the dialplan has in
extensions: the queue's status, the queue's default, the PBX's default for the status, the PBX's default.
"""

from ansible.module_utils.freepbx_failover import tables


def lookup(status, row, pbx):
    """What the tables answer by the order of lookup.

    row: the queue's own {status or 'default': value}; pbx: default, and status_defaults ({status: value}) if there are any.
    """
    return row.get(status) or row.get('default') or pbx.get('status_defaults', {}).get(status) or pbx['default']


def table(routes, loaded, statuses):
    """[{queue, status, expected, loaded, ok}] for every queue with a fail-over.

    routes: of compile_routes; loaded: queues ({queue: (destination, max wait)}), rows ({queue: {status: destination}}, the
    PBX's default under ''), entered (whether the entry context is loaded), ours (strings that point at it), gone (destinations
    that are not loaded, so that the dialplan falls to the next default).
    """
    found = []
    for entry in routes['queues']:
        if not entry['failover']:
            continue
        wished = dict(entry['routes'], **({'default': entry['default']} if entry['default'] else {}))
        for status in statuses:
            expected = tables.destination_of(lookup(status, wished, routes))
            goes = _goes(entry['queue'], status, loaded)
            found.append({'queue': entry['queue'], 'status': status, 'expected': expected, 'loaded': goes, 'ok': goes == expected})
    return found


def _goes(queue, status, loaded):
    if queue not in loaded['queues']:
        return 'queue not loaded'
    destination = loaded['queues'][queue][0]
    if destination not in loaded['ours']:
        return destination or 'the call ends'
    if not loaded['entered']:
        return 'the call is dropped: context not loaded'
    row, pbx = loaded['rows'].get(queue, {}), loaded['rows'].get('', {})
    values = [row.get(status), row.get('default'), pbx.get(status), pbx.get('default'), 'app-blackhole,hangup,1']
    return next(text for text in map(tables.destination_of, values) if text and text not in loaded['gone'])

# SPDX-License-Identifier: GPL-3.0-or-later
"""What a PBX has: read-only facts for playbooks."""
from ansible.module_utils.freepbx_failover import (
    asterisk, custom_destinations, customdests, database, plan, queues)


def run(params):
    """Version, queues, Custom Destinations, whether a reload is pending, as the fact freepbx_failover."""
    with database.connected(params['freepbx_conf']) as connection:
        cursor = connection.cursor()
        facts = {
            'freepbx_version': database.version(cursor), 'asterisk_version': _asterisk_version(),
            'reload_pending': bool(database.reload_pending(cursor)),
            'queues': [_queue(number, row) for number, row in sorted(queues.read(cursor).items())],
            'custom_destinations': [dict((field, row[field]) for field in customdests.FIELDS)
                                    for _key, row in sorted(custom_destinations.read(cursor).items())]}
    return {'changed': False, 'ansible_facts': {'freepbx_failover': facts}}


def _queue(number, row):
    return dict(dict((setting, row[setting]) for setting in plan.SETTINGS), queue=number, description=row['descr'])


def _asterisk_version():
    try:
        return asterisk.version()
    except asterisk.Down:
        return None

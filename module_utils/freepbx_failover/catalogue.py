# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects a PBX has, and who points where. Reads only."""
from ansible.module_utils.freepbx_failover import database
from ansible.module_utils.freepbx_failover.destinations import KINDS

# Every column FreePBX keeps a destination in, with the column that names its owner and what the GUI calls the owner.
DESTINATION_COLUMNS = (
    ('incoming', 'destination', 'extension', 'inbound route'),
    ('ivr_entries', 'dest', 'ivr_id', 'entry of IVR'),
    ('ivr_details', 'invalid_destination', 'id', 'invalid destination of IVR'),
    ('ivr_details', 'timeout_destination', 'id', 'timeout destination of IVR'),
    ('ringgroups', 'postdest', 'grpnum', 'ring group'),
    ('announcement', 'post_dest', 'announcement_id', 'announcement'),
    ('timeconditions', 'truegoto', 'timeconditions_id', 'matching destination of time condition'),
    ('timeconditions', 'falsegoto', 'timeconditions_id', 'non-matching destination of time condition'),
    ('daynight', 'dest', 'ext', 'call flow toggle'),
    ('queues_config', 'dest', 'extension', 'queue'),
    ('setcid', 'dest', 'cid_id', 'set caller id'),
    ('languages', 'dest', 'language_id', 'language'),
    ('queueprio', 'dest', 'queueprio_id', 'queue priority'),
    ('callback', 'destination', 'callback_id', 'callback'),
    ('users', 'noanswer_dest', 'extension', 'no-answer destination of extension'),
    ('users', 'busy_dest', 'extension', 'busy destination of extension'),
    ('users', 'chanunavail_dest', 'extension', 'not-reachable destination of extension'),
    ('directory_details', 'invalid_destination', 'id', 'invalid destination of directory'),
    ('dynroute', 'default_dest', 'id', 'default destination of dynamic route'),
    ('dynroute', 'invalid_dest', 'id', 'invalid destination of dynamic route'),
)


def objects(cursor, kinds):
    """{kind: [(id, name)]} of this PBX for the kinds that have a table; None where the table is missing."""
    found = {}
    for kind in kinds:
        lookup = KINDS[kind].lookup
        if not lookup:
            continue
        if not database.columns(cursor, lookup.table):
            found[kind] = None
            continue
        statement = 'SELECT `%s`, `%s` FROM `%s`%s' % (lookup.id, lookup.name, lookup.table, ' WHERE ' + lookup.where if lookup.where else '')
        found[kind] = [(str(row[0]), row[1] or '') for row in database.query(cursor, statement)]
    return found


def users_of(cursor, destinations):
    """Who sends calls to one of the destinations: ["inbound route 74951234567", ...], each with its table and column."""
    found = []
    for table, column, owner, label in DESTINATION_COLUMNS:
        if column not in database.columns(cursor, table):
            continue
        marks = ', '.join(['%s'] * len(destinations))
        statement = 'SELECT `%s` FROM `%s` WHERE `%s` IN (%s)' % (owner, table, column, marks)
        found.extend('%s %s' % (label, row[0] or 'any') for row in database.query(cursor, statement, tuple(destinations)))
    return sorted(found)

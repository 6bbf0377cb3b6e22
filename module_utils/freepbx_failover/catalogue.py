# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects a PBX has, and who points where. Reads only."""
from ansible.module_utils.freepbx_failover import custom_destinations, database
from ansible.module_utils.freepbx_failover.destinations import CUSTOM_DESTINATIONS, KINDS

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


# What FreePBX generates the dialplan from beside queues and Custom Destinations; a change in one of them waits for "Apply Config".
GENERATED_FROM = tuple(sorted(set(row[0] for row in DESTINATION_COLUMNS) - {'queues_config'} | {
    'devices', 'disa', 'dynroute_dests', 'featurecodes', 'findmefollow', 'globals', 'meetme', 'miscdests', 'outbound_route_patterns',
    'outbound_route_trunks', 'outbound_routes', 'paging_config', 'paging_groups', 'pjsip', 'recordings', 'sip', 'timegroups_details',
    'trunk_dialpatterns', 'trunks', 'vmblast', 'vmblast_groups'}))


def fingerprints(cursor):
    """{table: checksum} of the tables FreePBX generates the dialplan from, to see later whether somebody saved something."""
    present = [table for table in GENERATED_FROM if database.columns(cursor, table)]
    rows = database.query(cursor, 'CHECKSUM TABLE %s' % ', '.join('`%s`' % table for table in present)) if present else ()
    return dict((name.split('.')[-1], checksum) for name, checksum in rows)


def objects(cursor, kinds):
    """{kind: [(id, name)]} of this PBX for the kinds that have a table; None where the table is missing."""
    found = {}
    for kind in kinds:
        lookup = KINDS[kind].lookup
        if not lookup:
            continue
        if lookup.table == CUSTOM_DESTINATIONS:
            found[kind] = [(key, row['description'] or '') for key, row in sorted(custom_destinations.read(cursor).items())]
            continue
        if not database.columns(cursor, lookup.table):
            found[kind] = None
            continue
        statement = 'SELECT `%s`, %s FROM `%s`%s' % (lookup.id, lookup.name, lookup.table, ' WHERE ' + lookup.where if lookup.where else '')
        found[kind] = [(str(row[0]), row[1] or '') for row in database.query(cursor, statement)]
    return found


def users_of(cursor, destinations):
    """Who sends calls to one of the destinations: ["inbound route 74951234567", ...], each with its table and column."""
    found = []
    for table, column, owner, label in DESTINATION_COLUMNS if destinations else ():
        present = database.columns(cursor, table)
        if column not in present:
            continue
        marks = ', '.join(['%s'] * len(destinations))
        # Without the owner's column, as an old module may have it, the user is told all the same, by his kind alone.
        named = '`%s`' % owner if owner in present else "'(no column %s)'" % owner
        statement = 'SELECT %s FROM `%s` WHERE `%s` IN (%s)' % (named, table, column, marks)
        found.extend('%s %s' % (label, row[0] or 'any') for row in database.query(cursor, statement, tuple(destinations)))
    return sorted(found)


def recordings(cursor):
    """[(file, name)] of the system recordings; a recording of several files has them joined by &, as Playback takes them."""
    if not {'filename', 'displayname'} <= database.columns(cursor, 'recordings'):
        return None
    rows = database.query(cursor, 'SELECT filename, displayname FROM recordings')
    return [(row[0].decode('utf-8', 'replace') if isinstance(row[0], bytes) else row[0] or '', row[1] or '') for row in rows]


# Where a call goes on from an object of FreePBX: table, id, the destination strings' form, columns of the next destinations.
ONWARD = (
    ('ringgroups', 'grpnum', 'ext-group,%s,1', ('postdest',)),
    ('announcement', 'announcement_id', 'app-announcement-%s,s,1', ('post_dest',)),
    ('timeconditions', 'timeconditions_id', 'timeconditions,%s,1', ('truegoto', 'falsegoto')),
    ('daynight', 'ext', 'app-daynight,%s,1', ('dest',)),
    ('ivr_details', 'id', 'ivr-%s,s,1', ('invalid_destination', 'timeout_destination')),
    ('ivr_entries', 'ivr_id', 'ivr-%s,s,1', ('dest',)),
    ('setcid', 'cid_id', 'app-setcid,%s,1', ('dest',)),
    ('languages', 'language_id', 'app-languages,%s,1', ('dest',)),
    ('queueprio', 'queueprio_id', 'app-queueprio,%s,1', ('dest',)),
    ('callback', 'callback_id', 'callback,%s,1', ('destination',)),
    ('directory_details', 'id', 'directory,%s,1', ('invalid_destination',)),
)


def onward(cursor, custom_rows):
    """{destination string: [destination strings a call may go on to]} of everything the database tells."""
    found = {}
    for table, owner, form, columns in ONWARD:
        there = database.columns(cursor, table)
        present = [column for column in columns if column in there]
        if not present or owner not in there:
            continue
        for row in database.query(cursor, 'SELECT `%s`, %s FROM `%s`' % (owner, ', '.join('`%s`' % column for column in present), table)):
            found.setdefault(form % row[0], []).extend(text for text in row[1:] if text and text.count(',') == 2)
    if {'id', 'destdial'} <= database.columns(cursor, 'miscdests'):
        for number, dialled in database.query(cursor, 'SELECT id, destdial FROM miscdests'):
            found['ext-miscdests,%s,1' % number] = ['from-internal,%s,1' % dialled]
    for key, row in custom_rows.items():
        onto = [row['target']] + ([row['dest']] if row['dest'] else [])
        found['customdests,dest-%s,1' % key] = [text for text in onto if text and text.count(',') == 2]
    return found

# SPDX-License-Identifier: GPL-3.0-or-later
"""What is ours on a PBX: our contexts under all their names, the strings that point at them, and who else uses those."""
from ansible.module_utils.freepbx_failover import catalogue, customdests


def our_contexts(context, found_blocks, memory):
    """The present name of the context, then its former names that still stand in the file or in our memory."""
    names = [context] + [block.name for block in found_blocks] + [memory['context'] if memory else None]
    return [name for index, name in enumerate(names) if name and '-entry-' not in name and name not in names[:index]]


def our_strings(contexts, rows):
    """Every string that points at one of our contexts: bare, and as a Custom Destination."""
    targets = ['%s,s,1' % name for name in contexts]
    found = [text for row in rows.values() if row['target'] in targets for text in customdests.strings(row)]
    return targets + [text for text in found if text not in targets]


def remaining_users(cursor, rows, strings, queues_taken):
    """Who sends calls to one of the strings, beside the queues that are given back anyway."""
    users = catalogue.users_of(cursor, strings)
    users += ['Custom Destination %s' % destid for destid, row in sorted(rows.items()) if row['dest'] in strings]
    return [user for user in users if user not in ['queue %s' % queue for queue in queues_taken]]

# SPDX-License-Identifier: GPL-3.0-or-later
"""What is ours on a PBX: our contexts under all their names, the strings that point at them, and who else uses those."""
import os
import re

from ansible.module_utils.freepbx_failover import blocks, catalogue, customdests, dialplan, files


def our_contexts(context, found_blocks, memory):
    """The present name of the context, then its former names that still stand in the file or in our memory."""
    names = [context] + [block.name for block in found_blocks] + [memory['context'] if memory else None]
    return [name for index, name in enumerate(names) if name and '-entry-' not in name and name not in names[:index]]


def our_strings(contexts, rows):
    """Every string that points at one of our contexts: bare, and as a Custom Destination."""
    targets = ['%s,s,1' % name for name in contexts]
    found = [text for row in rows.values() if row['target'] in targets for text in customdests.strings(row)]
    return targets + [text for text in found if text not in targets]


def written_users(config_dir, contexts):
    """Who sends calls to one of the contexts from a dialplan written by hand: ["extensions_custom.conf line 12", ...].

    extensions_additional.conf is FreePBX's: its lines come from rows that remaining_users knows.
    """
    mark = re.compile('|'.join(r'(?<![\w-])%s\s*,\s*s\s*,' % re.escape(name) for name in contexts).encode())
    found = []
    for path, data in files.read_with_includes(os.path.join(config_dir, 'extensions.conf'), config_dir):
        if path.endswith('_additional.conf') or not mark.search(data):
            continue
        own = [range(block.first, block.last + 1) for block in blocks.find(data)]
        found.extend('%s line %d' % (path, line.number) for line in dialplan.significant_lines(data)[0]
                     if mark.search(line.text) and not any(line.number in span for span in own))
    return found


def remaining_users(cursor, rows, strings, queues_taken):
    """Who sends calls to one of the strings, beside the queues that are given back anyway."""
    users = catalogue.users_of(cursor, strings)
    users += ['Custom Destination %s' % destid for destid, row in sorted(rows.items()) if row['dest'] in strings]
    return [user for user in users if user not in ['queue %s' % queue for queue in queues_taken]]

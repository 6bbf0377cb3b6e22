# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Custom Destination is: its row as FreePBX's GUI makes it, how ours is found, what must change.

Pure: imports nothing of Ansible, SQL or processes.
"""
import html
import json
import re
from collections import OrderedDict

from ansible.module_utils.freepbx_failover.destinations import fold
from ansible.module_utils.freepbx_failover.findings import Refusal

RAW = 'raw'  # not a field of FreePBX's: the text of a row as it was read, to give it back byte for byte
FIELDS = ('destid', 'target', 'description', 'notes', 'destret', 'dest')


def decode(text):
    """A row's JSON as a mapping with at least every field, in its own order; None if it is no JSON object.

    FreePBX stores whatever its form sent, so a row may have further fields, which are not ours to lose.
    """
    try:
        row = json.loads(text, object_pairs_hook=OrderedDict)
    except (TypeError, ValueError):
        return None
    if not isinstance(row, dict):
        return None
    for field in FIELDS:
        row.setdefault(field, None)
    texts = [row[field] for field in ('target', 'description', 'notes', 'dest')]
    return row if isinstance(row['target'], str) and all(text is None or isinstance(text, str) for text in texts) else None


def encode(row):
    """A row as PHP's json_encode writes it: non-ASCII as \\uXXXX, / as \\/, no blanks, the GUI's order of fields.

    A row that was read and says the same still is given back byte for byte.
    """
    ordered = OrderedDict((field, value) for field, value in row.items() if field != RAW)
    read = decode(row.get(RAW))
    if read is not None and dict(read, destid=str(read['destid'])) == dict(ordered, destid=str(ordered['destid'])):
        return row[RAW]
    return json.dumps(ordered, ensure_ascii=True, separators=(',', ':')).replace('/', '\\/')


def as_gui(text):
    """A text as FreePBX's GUI stores it: tags stripped, quotes escaped."""
    return re.sub(r'<[^>]*>?', '', text).replace('"', '&#34;').replace("'", '&#39;')


def returns(row):
    """Whether the destination is entered by Gosub and goes on to its `dest` (Return in the GUI)."""
    return str(row.get('destret')) in ('1', 'True', 'true')


def stored(row):
    """The string a queue stores to point at this Custom Destination."""
    return 'customdests,dest-%s,1' % row['destid'] if returns(row) else row['target']


def strings(row):
    """Every string that points at it: the bare target and the numbered form."""
    return [row['target'], 'customdests,dest-%s,1' % row['destid']]


def find(rows, targets, description):
    """Our row: by its target first (an administrator may have renamed it in the GUI), else by its description; None if absent.

    rows: {destid: row}; targets: the present target, then those of former names of the context. Two of either are a Refusal.
    """
    for target in targets:
        found = [row for row in rows.values() if row['target'] == target]
        if found:
            return _only(found, 'have the target %s' % target)
    return _only([row for row in rows.values() if fold(row['description'] or '') == fold(description)],
                 'are called "%s"' % description)


def _only(found, how):
    if len(found) > 1:
        ids = ', '.join(sorted(str(row['destid']) for row in found))
        raise Refusal('two or more Custom Destinations %s (ids %s); delete all but one in FreePBX, Admin, Custom Destinations' % (how, ids))
    return found[0] if found else None


def wanted(found, target, description, notes, targets, written=None):
    """The row as it shall be: a found one keeps its id and its return setting, and the name an administrator gave it in the GUI.

    written: the description we wrote last; while the row still has it, a new one from the YAML takes its place.
    """
    if found is None:
        return OrderedDict(zip(FIELDS, (None, target, as_gui(description), as_gui(notes), '0', None)))
    row = OrderedDict(found, target=target)
    if written is not None and found['description'] == written:
        row['description'] = as_gui(description)
    if found['target'] not in targets:
        row['notes'] = as_gui(notes)
    return row


def same(first, second):
    """Whether two rows say the same, or both are missing."""
    if first is None or second is None:
        return first is second
    return [str(first.get(field) or '') for field in FIELDS] == [str(second.get(field) or '') for field in FIELDS]


def shown(row):
    """The row as the diff prints it."""
    if row is None:
        return ''
    return 'description: %s\ntarget: %s\nreturn: %s\nnotes: %s\n' % (
        html.unescape(row['description'] or ''), row['target'], 'yes' if returns(row) else 'no', html.unescape(row['notes'] or ''))

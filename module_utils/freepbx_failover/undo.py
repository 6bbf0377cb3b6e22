# SPDX-License-Identifier: GPL-3.0-or-later
"""What takes a PBX back to before a deploy: from the records of deploys and what stands there now.

Pure: imports nothing of Ansible, SQL or processes. Only values that are still ours are put back; what somebody changed since
stays and is said.
"""
from collections import OrderedDict

from ansible.module_utils.freepbx_failover import blocks, customdests, plan


def note_changes(record, changes):
    """Put a plan's changes into the record of a deploy, which may hold those of a run that was broken off before it."""
    known = OrderedDict(((entry['queue'], entry['setting']), entry) for entry in record['queues'])
    for change in changes:
        earlier = known.get((change.queue, change.setting))
        before = earlier['before'] if earlier and change.before == earlier['after'] else change.before
        known[change.queue, change.setting] = {'queue': change.queue, 'setting': change.setting, 'before': before, 'after': change.after}
    record['queues'] = list(known.values())


def note_destination(record, before, after):
    """Put a change of the Custom Destination into the record; before and after are rows, None where there is none."""
    earlier = record['custom_destination']
    if earlier and customdests.same(earlier['after'], before):
        before = earlier['before']
    record['custom_destination'] = {'before': before, 'after': after}


def is_written(record, current, destinations):
    """Whether rows that this deploy was to write are in the database: an intention that was never committed is none."""
    if record['committed'] or record['restoring'] or any(_value(current, entry) == entry['after'] != entry['before'] for entry in record['queues']):
        return True
    change = record['custom_destination']
    return bool(change) and change['before'] is not change['after'] and customdests.same(_row(destinations, change), change['after'])


def remembered(taken, records, current):
    """What was taken over, with the entries a run that was broken off would have left: rows and memory cannot be written in one stroke.

    taken: {queue: {setting: {former, ours}}}; records: the newest first. Where the newest has not ended and a row still has, or has
    again, the value of ours before it, the entry of that time counts: else our own value would be taken for the administrator's.
    """
    found = dict((queue, dict(settings)) for queue, settings in taken.items())
    for record in records if records and not records[0]['finished'] else []:
        before = (record['before']['memory'] or {}).get('queues', {})
        for entry in record['queues']:
            old, value = before.get(entry['queue'], {}).get(entry['setting']), _value(current, entry)
            if old and value == old['ours'] and found.get(entry['queue'], {}).get(entry['setting'], {}).get('ours') != value:
                found.setdefault(entry['queue'], {})[entry['setting']] = old
    return found


def remembered_destination(known, records, destinations):
    """Ours of the Custom Destinations, {destid, made, former}: as remembered, or as before a run that was broken off and whose row is back.

    known: as remembered now, None after a removal; records: the newest first; destinations: {destid: row}. A row that is gone is remembered
    no more: FreePBX gives every one another number, so the next would not be known as ours.
    """
    record = records[0] if records and not records[0]['finished'] else None
    if known and str(known['destid']) in destinations:
        return known
    if not record or not record['custom_destination']:
        return None
    row = _row(destinations, record['custom_destination'])
    back = row is not None and customdests.same(record['custom_destination']['before'], row)
    return (record['before']['memory'] or {}).get('custom_destination') if back else known


def changed_since(record, current):
    """The queues in which somebody changed what this deploy had written."""
    return sorted(set(entry['queue'] for entry in record['queues'] if _value(current, entry) not in (entry['after'], entry['before'])))


def queue_changes(records, current):
    """([Change], [sentence]): how the queues get back what they had before the oldest of these deploys, the newest first."""
    changes, notes = [], []
    for queue, setting in OrderedDict(((entry['queue'], entry['setting']), None) for record in records for entry in record['queues']):
        if queue not in current:
            notes.append('Queue %s no longer exists in FreePBX; nothing to put back.' % queue)
            continue
        value = target = current[queue][setting]
        for entry in (entry for record in records for entry in record['queues'] if (entry['queue'], entry['setting']) == (queue, setting)):
            if entry['after'] == target:
                target = entry['before']
            elif entry['before'] != target:
                notes.append('Queue %s: its %s was set to %s by somebody else; it stays so.' % (
                    queue, plan.SETTINGS[setting], plan.shown(setting, target)))
                break
        if target != value:
            changes.append(plan.Change(queue, setting, value, target))
    return changes, notes


def destination_change(records, destinations):
    """(before, after, sentence or None): how the Custom Destination gets back what it was; before is after where nothing is to do."""
    found = [record['custom_destination'] for record in records if record['custom_destination']]
    if not found:
        return None, None, None
    now = _row(destinations, found[0])
    target = now
    for change in found:
        if customdests.same(change['after'], target):
            target = change['before']
        elif change['before'] is None and target and change['after'] and target['target'] == change['after']['target']:
            target = None  # renamed in the GUI, but of our making and our target still: like a removal
        elif not customdests.same(change['before'], target):
            return now, now, 'The Custom Destination was changed in FreePBX since we wrote it; it stays so.'
    return now, target, None


def _row(destinations, change):
    row = change['after'] or change['before']
    return destinations.get(str(row['destid'])) if row else None


def _value(current, entry):
    return current.get(entry['queue'], {}).get(entry['setting'], '')


def kept_blocks(data):
    """Our blocks of a file as a record keeps them: [[name, text]], the bytes as latin-1 so that JSON can hold any."""
    return [[block.name, block.text.decode('latin-1')] for block in blocks.find(data)]


def blocks_beside(data, kept):
    """The file with the blocks of before, and beside them everything that a call or a queue may still need."""
    for name, text in kept:
        wanted = text.encode('latin-1')
        stays = set(context for context, _lines in blocks.sections(wanted))
        now = [block.text for block in blocks.find(data) if block.name == name]
        extra = [lines for context, lines in blocks.sections(now[0] if now else b'') if context not in stays and '-entry-' not in context]
        data = blocks.put(blocks.retire(data, name, wanted), name, wanted + b''.join(extra))
    return data


def blocks_exact(data, kept):
    """(the file with exactly the blocks of before, the names of the blocks that go)."""
    for name, text in kept:
        data = blocks.put(blocks.retire(data, name, text.encode('latin-1')), name, text.encode('latin-1'))
    names = set(block.name for block in blocks.find(data)) - set(name for name, _text in kept)
    return data, names

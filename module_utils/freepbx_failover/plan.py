# SPDX-License-Identifier: GPL-3.0-or-later
"""Current and desired state -> the list of changes to the queues; `changed`, the diff and check mode all come from it.

Pure: imports nothing of Ansible, SQL or processes.
"""
from collections import OrderedDict, namedtuple

from ansible.module_utils.freepbx_failover import destinations, statuses
from ansible.module_utils.freepbx_failover.findings import error, warning

# The settings of a queue we may change -> what the FreePBX GUI calls them.
SETTINGS = OrderedDict([
    ('destination', 'Fail Over Destination'),
    ('max_wait', 'Max Wait Time'),
    ('join_empty', 'Join Empty'),
    ('leave_when_empty', 'Leave Empty'),
])

Change = namedtuple('Change', 'queue setting before after')
Change.__doc__ = """One setting of one queue; values as FreePBX stores them, None where queues_details has no row for it."""

Plan = namedtuple('Plan', 'changes taken notes findings')
Plan.__doc__ = """changes: [Change]; taken: what to remember of every queue; notes: sentences for the user; findings: what stops or warns."""


def plan_queues(current, wish, taken, ours, former):
    """What to change so that the queues are as wished, and what to remember of them.

    current: {queue: {setting: value}} of every queue of the PBX. wish: {queue: {setting: value}}, only what was given.
    taken: {queue: {setting: {former, ours}}} as remembered. ours: the fail-over destinations that are ours, now or before a
    change of the context's name. former: {queue: destination} where the memory may have been lost.
    A setting that was taken over and is no longer wished for gets its former value back, if its value is still ours.
    """
    plan = Plan([], {}, [], [])
    for queue in sorted(set(wish) | set(taken)):
        if queue not in current:
            plan.notes.append('Queue %s no longer exists in FreePBX; nothing to give back.' % queue)
            continue
        for setting in SETTINGS:
            entry = taken.get(queue, {}).get(setting)
            value = current[queue][setting]
            still_ours = _is_ours(setting, value, entry, ours)
            if setting in wish.get(queue, {}):
                lost = still_ours and entry is None
                _take(plan, queue, setting, value, wish[queue][setting], entry if still_ours else None, former if lost else None)
            elif entry is not None:
                _give_back(plan, queue, setting, value, entry, still_ours)
    _strangers(plan, current, wish, taken, ours)
    return plan


def _is_ours(setting, value, entry, ours):
    if setting == 'destination' and value in ours:
        return True
    return entry is not None and value == entry['ours']


def _take(plan, queue, setting, value, wanted, entry, former):
    """Plan a wished value and remember what was there before, if anybody knows it. entry, former: empty unless the value is ours."""
    before = entry['former'] if entry else former.get(queue) if former is not None else value
    if entry or former is None or queue in former:
        plan.taken.setdefault(queue, {})[setting] = {'former': before, 'ours': wanted}
    else:
        plan.findings.append(warning(
            'former-unknown', 'queue %s' % queue, 'it points at our context already and nobody remembers where it pointed before',
            'say so in queue_failover_former_destinations, or a later removal will ask'))
    if value != wanted:
        plan.changes.append(Change(queue, setting, value, wanted))


def _give_back(plan, queue, setting, value, entry, still_ours):
    if not still_ours:
        if value != entry['former']:
            plan.notes.append('Queue %s: its %s was changed to %s since we set it; it stays so.' % (
                queue, SETTINGS[setting], shown(setting, value)))
        return
    if value != entry['former']:
        plan.changes.append(Change(queue, setting, value, entry['former']))


def _strangers(plan, current, wish, taken, ours):
    """Queues that point at the context though neither the YAML nor our memory knows them."""
    for queue in sorted(current):
        points = current[queue]['destination'] in ours
        if points and queue not in taken and 'destination' not in wish.get(queue, {}):
            plan.findings.append(warning(
                'queue-not-listed', 'queue %s' % queue, 'it points at our context though it is not in queue_failover_queues, so its callers '
                'get queue_failover_default', 'put it on the list or change its Fail Over Destination in FreePBX'))


def unknown_formers(current, wish, taken, ours, former, forged=None):
    """Errors for queues that must be given back though nobody remembers what they had. forged: {queue: what a comment in our block says}."""
    findings = []
    for queue in sorted(current):
        lost = current[queue]['destination'] in ours and 'destination' not in taken.get(queue, {})
        if lost and queue not in former and 'destination' not in wish.get(queue, {}):
            said = ('the state folder does not know where it pointed before, and the comment in extensions_custom.conf says %s, which cannot be a '
                    'destination' % destinations.shown(forged[queue])[1:-1] if queue in (forged or {}) else
                    'and neither the state folder nor the block in extensions_custom.conf knows where it pointed before')
            findings.append(error(
                'former-unknown', 'queue %s' % queue, 'it points at our context, ' + said,
                'say so in queue_failover_former_destinations: {"%s": "context,extension,priority"}, or change it in FreePBX' % queue))
    return findings


def adopt(taken, former, current, ours):
    """The memory with the destinations that queues of ours get back: former, as the routes module has settled it, comes first."""
    filled = dict((queue, dict(settings)) for queue, settings in taken.items())
    for queue, destination in former.items():
        value = current.get(queue, {}).get('destination')
        if value in ours:
            filled.setdefault(queue, {})['destination'] = {'former': destination, 'ours': value}
    return filled


def shown(setting, value):
    """A stored value in the words of the GUI and of our YAML."""
    if value is None:
        return '(not set)'
    if setting == 'max_wait':
        return destinations.shown(value) if value.strip('0123456789') else '%s seconds' % value if value else 'unlimited'
    if setting == 'destination':
        return value or '(none)'
    words = dict((stored, word) for word, stored in statuses.EMPTY_POLICIES.items())
    return words.get(value, value) or '(empty)'


def diff(changes):
    """One before/after pair a queue, as Ansible's --diff prints it."""
    by_queue = OrderedDict()
    for change in changes:
        by_queue.setdefault(change.queue, []).append(change)
    return [{'before_header': 'queue %s (FreePBX database)' % queue, 'after_header': 'queue %s (FreePBX database)' % queue,
             'before': _lines(found, 2), 'after': _lines(found, 3)} for queue, found in by_queue.items()]


def _lines(changes, column):
    return ''.join('%s: %s\n' % (SETTINGS[change.setting], shown(change.setting, change[column])) for change in changes)

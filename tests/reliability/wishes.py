# SPDX-License-Identifier: GPL-3.0-or-later
"""The wishes that the reliability and the chaos tests deploy, and where a call must land under each: by the README's order of lookup.

No status of a queue leads to the same place before and after a change, so a call that takes a wrong row lands where nobody expects it.
"""
import copy

FORMER = {'600': 'ext-local,vmu200,1', '601': '', '602': 'ext-group,610,1', '603': 'app-blackhole,hangup,1',
          '01600': 'app-blackhole,hangup,1', '01601': 'app-blackhole,hangup,1'}
STATUSES = ['TIMEOUT', 'FULL', 'JOINEMPTY', 'LEAVEEMPTY', 'CONTINUE', 'UNKNOWN', 'WITHDRAW']
NAMES = ['queue-failover', 'overflow']

# What FreePBX stores for each kind (FREEPBX.md section 1), said here once more so that the project's table is not its own judge.
FORMS = {'extension': 'from-did-direct,%s,1', 'queue': 'ext-queues,%s,1', 'ring_group': 'ext-group,%s,1', 'terminate': 'app-blackhole,%s,1',
         'custom': '%s'}
GREETINGS = {'unavailable': 'vmu', 'busy': 'vmb', 'none': 'vms', 'instructions': 'vmi'}
LONG = {'announce': 'Long announcement'}

ROUTES = {
    'queue_failover_context': NAMES[0],
    'queue_failover_default': {'terminate': 'ring'},
    'queue_failover_queues': [
        {'queue': '600', 'max_wait': 30, 'join_empty': 'yes', 'leave_when_empty': 'no', 'default': {'terminate': 'no-service'}, 'routes': {
            'TIMEOUT': {'queue': '01600'}, 'FULL': {'ring_group': '610'}, 'JOINEMPTY': {'extension': '202'},
            'CONTINUE': {'custom': 'check-callstate,s-BUSY,1'}, 'WITHDRAW': {'terminate': 'busy', **LONG}}},
        {'queue': '601', 'max_wait': 20, 'join_empty': 'strict', 'routes': {
            'TIMEOUT': {'voicemail': '200', 'greeting': 'busy'}, 'FULL': {'terminate': 'congestion'}, 'JOINEMPTY': {'queue': '01601', **LONG}}},
        {'queue': '602', 'max_wait': 40, 'routes': {
            'TIMEOUT': {'extension': '203'}, 'FULL': {'voicemail': '200', 'greeting': 'none'}}},
        {'queue': '603', 'join_empty': 'strict', 'default': {'terminate': 'zapateller'}, 'routes': {
            'TIMEOUT': {'queue': '01601', **LONG}, 'JOINEMPTY': {'terminate': 'congestion'}}},
    ]}

# Other routes, another text of the entry (max_hops), queue 602 off the list and 01600 on it.
CHANGED = {
    'queue_failover_context': NAMES[0],
    'queue_failover_default': {'terminate': 'musiconhold'},
    'queue_failover_max_hops': 7,
    'queue_failover_queues': [
        {'queue': '600', 'max_wait': 60, 'join_empty': 'yes', 'leave_when_empty': 'strict', 'default': {'terminate': 'zapateller'}, 'routes': {
            'TIMEOUT': {'extension': '201'}, 'FULL': {'terminate': 'congestion'}, 'JOINEMPTY': {'voicemail': '200', 'greeting': 'busy'},
            'UNKNOWN': {'custom': 'check-callstate,s-NOANSWER,1'}, 'WITHDRAW': {'ring_group': '610', **LONG}}},
        {'queue': '601', 'max_wait': 45, 'default': {'terminate': 'busy'}, 'routes': {'TIMEOUT': {'queue': '01600', **LONG}}},
        {'queue': '603', 'join_empty': 'strict', 'default': {'custom': 'check-callstate,s-CHANUNAVAIL,1'}, 'routes': {
            'TIMEOUT': {'extension': '200', **LONG}, 'JOINEMPTY': {'voicemail': '200', 'greeting': 'none'}}},
        {'queue': '01600', 'routes': {'TIMEOUT': {'terminate': 'congestion'}}, 'default': {'terminate': 'busy'}},
    ]}

# The stream's calls: every status of every queue, those with an announcement more often, and callers who really wait in a queue.
LEAVING = [[queue, status] for queue in ('600', '601', '602', '603', '01600') for status in STATUSES]
ANNOUNCED = [['600', 'WITHDRAW'], ['601', 'JOINEMPTY'], ['601', 'TIMEOUT'], ['603', 'TIMEOUT']]
DIALLED = [['600', None], ['603', None]]
CALLS = LEAVING + 3 * ANNOUNCED + 4 * DIALLED


def renamed(wish):
    """The same wish under the other name of the context."""
    other = NAMES[1] if wish['queue_failover_context'] == NAMES[0] else NAMES[0]
    return dict(copy.deepcopy(wish), queue_failover_context=other)


def absent(wish):
    return dict(wish, queue_failover_state='absent')


def is_absent(wish):
    return wish is None or wish.get('queue_failover_state') == 'absent'


def string(destination):
    """The destination string of a mapping in the YAML."""
    if 'voicemail' in destination:
        return 'ext-local,%s%s,1' % (GREETINGS[destination.get('greeting', 'unavailable')], destination['voicemail'])
    (kind, value), = [item for item in destination.items() if item[0] in FORMS]
    return FORMS[kind] % value


def entry(wish, queue):
    """The queue's entry in the wish, if the wish gives it a fail-over."""
    found = [] if is_absent(wish) else [listed for listed in wish['queue_failover_queues'] if listed['queue'] == queue]
    return found[0] if found and (found[0].get('routes') or found[0].get('default')) else None


def landing(wish, queue, status):
    """Where a call must go that leaves the queue with this status; None where it ends because there is no destination."""
    listed = entry(wish, queue)
    if listed is None:
        return FORMER[queue] or None
    destination = listed.get('routes', {}).get(status) or listed.get('default')
    return string(destination) if destination else FORMER[queue] or string(wish['queue_failover_default'])

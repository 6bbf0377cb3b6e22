# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up routes: so many queues with six routes each, in the forms that the role, the obvious playbook and the dialplan want them."""

FIRST_QUEUE = 7001
SETTINGS = {'max_wait': 60, 'join_empty': 'strict', 'leave_when_empty': 'strict'}
# Status: (as our YAML has it, as the dialplan has it); the targets exist on every test PBX.
ROUTES = {
    'TIMEOUT': ({'queue': '01600'}, 'ext-queues,01600,1'),
    'FULL': ({'extension': '201'}, 'from-did-direct,201,1'),
    'JOINEMPTY': ({'ring_group': '610'}, 'ext-group,610,1'),
    'LEAVEEMPTY': ({'custom': 'check-callstate,s-BUSY,1'}, 'check-callstate,s-BUSY,1'),
    'CONTINUE': ({'voicemail': '200'}, 'ext-local,vmu200,1'),
    'UNKNOWN': ({'terminate': 'busy'}, 'app-blackhole,busy,1'),
}


def numbers(count):
    return [str(FIRST_QUEUE + index) for index in range(count)]


def for_role(count):
    """The variables an administrator would write."""
    wishes = {status: wish for status, (wish, _to) in ROUTES.items()}
    return {'queue_failover_queues': [dict(SETTINGS, queue=queue, routes=wishes) for queue in numbers(count)]}


def for_obvious(count):
    """The same wish, already flat and resolved: the obvious playbook need not compute anything."""
    return {
        'obvious_queues': [dict(SETTINGS, queue=queue) for queue in numbers(count)],
        'obvious_routes': [{'queue': queue, 'status': status, 'to': to} for queue in numbers(count) for status, (_wish, to) in ROUTES.items()],
    }


def for_tables(count, to):
    """Resolved routes as the role's modules have them; every route leads to one place, from where the measuring loop goes on."""
    entry = {'failover': True, 'routes': dict.fromkeys(ROUTES, to), 'default': to, 'default_from': 'yaml', 'former': None}
    return {'default': to, 'overflow': to, 'status_defaults': {}, 'queues': [dict(entry, queue=queue) for queue in numbers(count)]}


def chain(count, to):
    """The lines of the well-known hand-written solution, one a route."""
    condition = 'same => n,GotoIf($["${QUEUENUM}"="%s" & "${QUEUESTATUS}"="%s"]?%s)'
    return [condition % (queue, status, to) for queue in numbers(count) for status in ROUTES]


def worst(count):
    """Queue and status of the row that stands last, in the chain and in the table."""
    return numbers(count)[-1], list(ROUTES)[-1]

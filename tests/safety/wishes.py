# SPDX-License-Identifier: GPL-3.0-or-later
"""The wishes that the tests deploy, change, rename and take back."""
QUEUES = [
    {'queue': '600', 'max_wait': 60, 'join_empty': 'strict', 'leave_when_empty': 'strict',
     'routes': {'LEAVEEMPTY': {'custom': 'check-callstate,s-BUSY,1'}, 'TIMEOUT': {'queue': '01600'}}},
    {'queue': '601', 'max_wait': 30, 'routes': {'TIMEOUT': {'queue': '01601'}}, 'default': {'terminate': 'busy'}},
    {'queue': '603', 'max_wait': 120},
]
FIRST = {'queue_failover_queues': QUEUES, 'queue_failover_drain_s': 5}
# Other routes, queue 601 off the list, queue 602 new on it.
SECOND = dict(FIRST, queue_failover_queues=[
    dict(QUEUES[0], max_wait=30, routes={'TIMEOUT': {'terminate': 'busy'}}),
    {'queue': '602', 'max_wait': 45, 'routes': {'TIMEOUT': {'extension': '201'}}}])
RENAMED = dict(FIRST, queue_failover_context='overflow')
ABSENT = dict(FIRST, queue_failover_state='absent')

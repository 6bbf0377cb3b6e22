# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of QUEUESTATUS: how a call left a queue.

Pure: imports nothing of Ansible, SQL or processes. Source: app_queue.c of Asterisk 13 to 22, and calls on 16.28 and 22.10.
"""
import re
from collections import OrderedDict

STATUSES = OrderedDict([
    ('TIMEOUT', 'the max wait time is over'),
    ('FULL', 'the queue had its maximum of callers when the call wanted to join'),
    ('JOINEMPTY', 'the queue counted as empty when the call wanted to join'),
    ('LEAVEEMPTY', 'the queue became empty while the caller waited'),
    ('CONTINUE', 'the agent hung up first and the queue was called with option c'),
    ('UNKNOWN', 'Asterisk does not know the queue'),
    ('WITHDRAW', 'the AMI action QueueWithdrawCaller took the caller out'),
])

# A word of ours for both ways of finding nobody there; the exact word beats it.
EMPTY = 'EMPTY'
EMPTY_STATUSES = ('JOINEMPTY', 'LEAVEEMPTY')

# Statuses a caller leaves with though nobody was waited for: a circle of these turns as fast as Asterisk can.
INSTANT = ('JOINEMPTY', 'LEAVEEMPTY', 'FULL')

# Declared in app_queue.c and documented, but no line has set them since Asterisk 1.6.2.
NEVER_SET = ('JOINUNAVAIL', 'LEAVEUNAVAIL')

# The first release of each branch that can set WITHDRAW; branches from 20 on always can.
WITHDRAW_SINCE = {16: 25, 18: 11, 19: 3}

# What FreePBX stores for each word of join_empty and leave_when_empty; the last is the GUI's "Ultra Strict".
EMPTY_POLICIES = OrderedDict([
    ('yes', 'yes'),
    ('no', 'no'),
    ('strict', 'strict'),
    ('ultra_strict', 'penalty,paused,invalid,unavailable,inuse,ringing'),
    ('loose', 'loose'),
])

# The max wait times FreePBX's GUI can show, in seconds; its next save loses any other.
GUI_MAX_WAITS = frozenset(
    list(range(1, 30)) + list(range(30, 60, 5)) + list(range(60, 300, 20))
    + list(range(300, 1200, 60)) + list(range(1200, 7201, 300)))


# Asterisk 13.16.0 and 14.5.0 hang up a caller who is not first when the queue becomes empty.
HANGS_UP_ON_LEAVEEMPTY = frozenset(['13.16.0', '14.5.0'])


def expand(routes):
    """A mapping by status with EMPTY spread over JOINEMPTY and LEAVEEMPTY where these are not named themselves."""
    spread = OrderedDict((status, value) for status, value in routes.items() if status != EMPTY)
    for status in EMPTY_STATUSES:
        if EMPTY in routes:
            spread.setdefault(status, routes[EMPTY])
    return spread


def can_set(status, asterisk_version):
    """Whether this Asterisk can set the status; an unknown version is taken as able."""
    if status in NEVER_SET:
        return False
    match = re.match(r'(\d+)\.(\d+)', asterisk_version or '')
    if status != 'WITHDRAW' or not match:
        return True
    branch, minor = int(match.group(1)), int(match.group(2))
    return branch >= 20 or minor >= WITHDRAW_SINCE.get(branch, float('inf'))

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Place one real call on a FreePBX and say where it landed."""

DOCUMENTATION = r"""
module: freepbx_failover_call
short_description: Place one real call on a FreePBX and say where it lands after its queue
version_added: 0.1.0
description:
  - Originates one call through Asterisk's manager interface, follows it until it has left its queue and the fail-over context,
    says where it landed and hangs it up.
  - The manager's user and password are read from FreePBX's settings on the PBX; the password is never returned.
  - No other call is touched. With O(via=queue) the queue's agents are rung as by any caller.
options:
  queue:
    description: Number of the queue.
    type: str
    required: true
  status:
    description: Value of C(QUEUESTATUS) the call leaves the queue with. Given to the call with O(via=exit), compared with RV(status_seen) with O(via=queue).
    type: str
    required: true
  expected:
    description: The destination where the call shall land, as C(context,extension,priority); empty if any will do.
    type: str
    default: ''
  via:
    description:
      - V(exit) lets the call enter the loaded dialplan where it leaves the queue, with the variables a queue sets.
        It needs no agents and rings nobody before the destination.
      - V(queue) dials the queue, so that the queue itself sets C(QUEUESTATUS); bring its agents into the state that leads to it first.
    type: str
    choices: [exit, queue]
    default: exit
  before:
    description: Commands for Asterisk's command line to run first, for example to set the state of an agent's phone on a test PBX.
    type: list
    elements: str
    default: []
  variables:
    description: Channel variables of the call, as C(VQ_OPTIONS).
    type: dict
    default: {}
  timeout:
    description: Seconds after which the call is given up and hung up.
    type: int
    default: 30
  context:
    description: Name of the fail-over's dialplan context.
    type: str
    default: queue-failover
  freepbx_conf:
    description: FreePBX's own configuration file, which says how its database is reached. It is read on the PBX and its password is never returned.
    type: path
    default: /etc/freepbx.conf
attributes:
  check_mode:
    description: Can run in check mode and says what it would change without changing it.
    support: partial
    details: In check mode no call is placed and no command of O(before) is run, which is said.
  diff_mode:
    description: Says in C(--diff) what differs before and after.
    support: none
  platform:
    description: Where it runs.
    platforms: posix
    support: full
requirements:
  - Python 3.6 or newer on the PBX
  - PyMySQL on the PBX
author:
  - The queue_failover authors (@queue-failover)
"""

EXAMPLES = r"""
- name: Where does a caller go whom queue 600 kept waiting too long?
  freepbx_failover_call:
    queue: "600"
    status: TIMEOUT
    expected: ext-queues,01600,1
  register: call

- name: Let the queue of a test PBX itself find that its agent is gone
  freepbx_failover_call:
    queue: "600"
    status: LEAVEEMPTY
    expected: check-callstate,s-BUSY,1
    via: queue
    before:
      - devstate change Custom:AGENT200 UNAVAILABLE
"""

RETURN = r"""
landed:
  description: The destination where the call landed, or V(the call ended) or V(nowhere in time).
  returned: when a call was placed
  type: str
  sample: ext-queues,01600,1
status_seen:
  description: Value of C(QUEUESTATUS) when the call left the queue.
  returned: when a call was placed
  type: str
  sample: TIMEOUT
entered:
  description: Whether the call came through the fail-over context.
  returned: when a call was placed
  type: bool
path:
  description: The extensions the call went through, with the first priority of each.
  returned: when a call was placed
  type: list
  elements: str
ok:
  description: Whether the call landed as expected, and left the queue with O(status).
  returned: when a call was placed
  type: bool
"""

from ansible.module_utils.freepbx_failover import running, step_call


def main():
    """The spec and the one call."""
    running.writer(dict(
        running.DATABASE,
        queue={'type': 'str', 'required': True},
        status={'type': 'str', 'required': True},
        expected={'type': 'str', 'default': ''},
        via={'type': 'str', 'choices': ['exit', 'queue'], 'default': 'exit'},
        before={'type': 'list', 'elements': 'str', 'default': []},
        variables={'type': 'dict', 'default': {}},
        timeout={'type': 'int', 'default': 30},
        context=running.CONTEXT['context']), step_call.run)


if __name__ == '__main__':
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Manage the Custom Destination that names our context in FreePBX's GUI."""

DOCUMENTATION = r"""
module: freepbx_custom_destination
short_description: Manage the Custom Destination of a dialplan context in FreePBX
version_added: 0.1.0
description:
  - Makes a Custom Destination as the GUI would, in the store this FreePBX uses (12 and 13 keep them in the table kvstore, 14 to 17 in one
    of their own).
  - It is found by its target first, since an administrator may have renamed it, else by its description; two of either are an error.
  - Sets the flag need_reload in the transaction of its rows.
options:
  context:
    description: Name of the dialplan context, 1 to 46 of letters, digits, C(_) and C(-), since a queue's column holds 50 characters.
    type: str
    default: queue-failover
  former_contexts:
    description: Names the context had before; what points at them counts as ours.
    type: list
    elements: str
    default: []
  state:
    description: V(absent) removes the destination if this module made it and nobody points at it any more; one that was there before gets
      its former row back.
    type: str
    choices: [present, absent]
    default: present
  description:
    description: What it is called in the GUI.
    type: str
    default: Queue failover
  notes:
    description: Its notes in the GUI.
    type: str
    default: ''
  queues:
    description: Numbers of the queues that will point at it; they do not count as users of a destination of the same name that leads elsewhere.
    type: list
    elements: str
    default: []
  former_destinations:
    description: Former fail-over destinations by queue, for the case that the state folder is lost.
    type: dict
    default: {}
  run_id:
    description: The deploy this call belongs to, as M(freepbx_failover_routes) returns it; the later of two runs wins. Without it the call
      belongs to the deploy that is under way, else it begins one.
    type: str
    default: ''
  pending_changes:
    description: What to do when changes of somebody else wait for C(Apply Config) in FreePBX. V(fail) and V(leave) write nothing,
      V(apply) lets the reload put them in force too.
    type: str
    choices: [fail, apply, leave]
    default: fail
  freepbx_conf:
    description: FreePBX's own configuration file, which says how its database is reached. It is read on the PBX and its password is never returned.
    type: path
    default: /etc/freepbx.conf
  state_dir:
    description: Folder on the PBX that remembers what was there before, made with mode 0700 at the first write. Without it
      C(/var/lib/queue-failover), or C(/var/lib/asterisk/queue-failover) for a user who may not make the former.
    type: path
    default: ''
attributes:
  check_mode:
    description: Can run in check mode and says what it would change without changing it.
    support: full
  diff_mode:
    description: Says in C(--diff) what differs before and after.
    support: full
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
- name: Show the context in FreePBX
  freepbx_custom_destination:
    context: queue-failover
    description: Queue failover
  register: destination

- name: What a queue stores to point at it
  ansible.builtin.debug:
    var: destination.destination
"""

RETURN = r"""
destination:
  description: The string a queue stores to point at it, the bare target or C(customdests,dest-ID,1) if Return is on.
  returned: always
  type: str
  sample: queue-failover,s,1
destid:
  description: Its id; null in check mode if it is not there yet.
  returned: always
  type: str
users:
  description: Who still points at it, with O(state=absent); while there are any it stays.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.freepbx_failover import running, step_destination


def main():
    """The spec and the one call."""
    running.writer(running.spec(
        running.DATABASE, running.STATE, running.WRITER, running.CONTEXT,
        state={'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'},
        description={'type': 'str', 'default': 'Queue failover'},
        notes={'type': 'str', 'default': ''},
        queues={'type': 'list', 'elements': 'str', 'default': []},
        former_destinations={'type': 'dict', 'default': {}}), step_destination.run)


if __name__ == '__main__':
    main()

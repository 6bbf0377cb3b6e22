#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Set the fail-over and waiting rules of queues."""

DOCUMENTATION = r"""
module: freepbx_queue_failover
short_description: Set the fail-over and waiting rules of the queues of a FreePBX
version_added: 0.1.0
description:
  - Sets Fail Over Destination, Max Wait Time, Join Empty and Leave Empty of all listed queues, in one transaction with the flag need_reload.
  - The list is the whole wish. A setting that was taken over and is no longer listed gets its former value back, unless somebody has
    changed it since.
  - Touches only the settings that are given; members and every other row of a queue stay.
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
  destination:
    description: The string the queues shall store, as M(freepbx_custom_destination) returns it.
    type: str
    default: ''
  queues:
    description: The queues, as M(freepbx_failover_routes) returns them.
    type: list
    elements: dict
    default: []
    suboptions:
      queue:
        description: Number of the queue.
        type: str
        required: true
      failover:
        description: Whether its Fail Over Destination shall be O(destination).
        type: bool
        default: false
      settings:
        description: C(max_wait), C(join_empty), C(leave_when_empty) as FreePBX stores them; one that is left out stays.
        type: dict
        default: {}
      routes:
        description: Not used here.
        type: dict
      default:
        description: Not used here.
        type: str
      default_from:
        description: Not used here.
        type: str
      former:
        description: Not used here.
        type: str
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
- name: Point queue 600 at the context and let callers wait a minute
  freepbx_queue_failover:
    destination: queue-failover,s,1
    queues:
      - queue: "600"
        failover: true
        settings: {max_wait: "60", join_empty: strict}

- name: Give every queue back what it had
  freepbx_queue_failover:
    queues: []
"""

RETURN = r"""
queues:
  description: The queues that were changed.
  returned: always
  type: list
  elements: str
notes:
  description: Sentences about values that were left because somebody changed them.
  returned: always
  type: list
  elements: str
found:
  description: Warnings, one sentence each.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.freepbx_failover import running, step_queues


def main():
    """The spec and the one call."""
    running.writer(running.spec(
        running.DATABASE, running.STATE, running.WRITER, running.CONTEXT,
        destination={'type': 'str', 'default': ''},
        queues={'type': 'list', 'elements': 'dict', 'default': [], 'options': {
            'queue': {'type': 'str', 'required': True},
            'failover': {'type': 'bool', 'default': False},
            'settings': {'type': 'dict', 'default': {}},
            'routes': {'type': 'dict'}, 'default': {'type': 'str'},
            'default_from': {'type': 'str'}, 'former': {'type': 'str'}}},
        former_destinations={'type': 'dict', 'default': {}}), step_queues.run)


if __name__ == '__main__':
    main()

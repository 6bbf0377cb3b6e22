#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Own a marked block in extensions_custom.conf, loaded and proven."""

DOCUMENTATION = r"""
module: freepbx_context
short_description: Own a marked block in extensions_custom.conf of a FreePBX
version_added: 0.1.0
description:
  - Puts a block of dialplan between two marks into C(extensions_custom.conf), or takes it out; every byte outside the marks, owner and mode stay.
  - Loads it with one C(dialplan reload) and compares what Asterisk has loaded, priority by priority. If that is not the block, the file
    of before is put back and the module fails.
  - Refuses when foreign lines would join the context or when a context of the same name stands elsewhere.
options:
  context:
    description: Name of the dialplan context, 1 to 46 of letters, digits, C(_) and C(-), since a queue's column holds 50 characters.
    type: str
    default: queue-failover
  state:
    description: V(present) puts the block, V(absent) takes out every block of ours.
    type: str
    choices: [present, absent]
    default: present
  block:
    description: The dialplan between the marks, with O(state=present).
    type: str
    default: ''
  remove:
    description: Names of further blocks to take out, those of former names of the context.
    type: list
    elements: str
    default: []
  drain_s:
    description: Seconds to wait until no call is in a context that goes; past them its block stays, and the message says so.
    type: int
    default: 120
  former_contexts:
    description: Names the context had before; what points at them counts as ours.
    type: list
    elements: str
    default: []
  finish:
    description: Whether this is the last step of the deploy, so that its record in the state folder is marked done.
    type: bool
    default: false
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
  config_dir:
    description: Folder of Asterisk's configuration, FreePBX's setting ASTETCDIR.
    type: path
    default: /etc/asterisk
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
author:
  - The queue_failover authors (@queue-failover)
"""

EXAMPLES = r"""
- name: Load the context
  freepbx_context:
    context: queue-failover
    block: "{{ lookup('ansible.builtin.file', 'context.conf') }}"

- name: Take it out again
  freepbx_context:
    context: queue-failover
    state: absent
"""

RETURN = r"""
reloaded:
  description: Whether Asterisk's dialplan was reloaded.
  returned: always
  type: bool
retired:
  description: Names of blocks that hold an entry of an older text, to be taken out once no call is in it.
  returned: always
  type: list
  elements: str
kept:
  description: Names of blocks that should go but stay because calls are in them.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.freepbx_failover import running, step_context


def main():
    """The spec and the one call."""
    running.writer(running.spec(
        running.STATE, running.WRITER, running.CONTEXT,
        state={'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'},
        block={'type': 'str', 'default': ''},
        remove={'type': 'list', 'elements': 'str', 'default': []},
        drain_s={'type': 'int', 'default': 120},
        finish={'type': 'bool', 'default': False},
        config_dir={'type': 'path', 'default': '/etc/asterisk'}), step_context.run)


if __name__ == '__main__':
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Bring database and files into force, once, and prove it."""

DOCUMENTATION = r"""
module: freepbx_apply
short_description: Bring the fail-over of a FreePBX into force and prove it
version_added: 0.1.0
description:
  - Asks the PBX what is not in force and runs one C(fwconsole reload) or C(dialplan reload), or none.
  - Compares afterwards what Asterisk has loaded with the database and the block in C(extensions_custom.conf), and fails if they differ, since
    C(fwconsole reload) claims success even when Asterisk could not read a file.
  - For join and leave empty, which Asterisk shows nowhere, in force means that C(queues_additional.conf) has them and is older than the
    last full reload.
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
  queues:
    description: Numbers of the queues to prove, beside those the state folder or Asterisk knows to be ours.
    type: list
    elements: str
    default: []
  context_will_change:
    description: In check mode, whether an earlier task would have changed the context.
    type: bool
    default: false
  rows_will_change:
    description: In check mode, whether an earlier task would have changed the database.
    type: bool
    default: false
  busy_s:
    description: Seconds to wait for another reload that is under way.
    type: int
    default: 300
  proof_s:
    description: Seconds Asterisk may take until everything is in force after the reload.
    type: int
    default: 60
  sbin:
    description: Folder of fwconsole, FreePBX's setting AMPSBIN.
    type: path
    default: /usr/sbin
  finish:
    description: Whether this is the last step of the deploy, so that its record in the state folder is marked done.
    type: bool
    default: true
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
- name: Bring it into force and prove it
  freepbx_apply:
    queues: ["600", "601"]
"""

RETURN = r"""
reload:
  description: The reload that was due, null if none.
  returned: always
  type: str
  sample: fwconsole reload
notes:
  description: Sentences about what somebody saved in FreePBX while the reload ran.
  returned: always
  type: list
  elements: str
was_not_in_force:
  description: What was not in force before, one sentence each.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.freepbx_failover import running, step_apply


def main():
    """The spec and the one call."""
    running.writer(running.spec(
        running.DATABASE, running.STATE, running.WRITER, running.CONTEXT,
        queues={'type': 'list', 'elements': 'str', 'default': []},
        context_will_change={'type': 'bool', 'default': False},
        rows_will_change={'type': 'bool', 'default': False},
        busy_s={'type': 'int', 'default': 300},
        proof_s={'type': 'int', 'default': 60},
        sbin={'type': 'path', 'default': '/usr/sbin'},
        finish={'type': 'bool', 'default': True},
        config_dir={'type': 'path', 'default': '/etc/asterisk'}), step_apply.run)


if __name__ == '__main__':
    main()

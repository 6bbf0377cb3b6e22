#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Take a PBX back to before a deploy."""

DOCUMENTATION = r"""
module: freepbx_rollback
short_description: Take the fail-over of a FreePBX back to before a deploy
version_added: 0.1.0
description:
  - Puts back the block in C(extensions_custom.conf), the Custom Destination and the queues' settings as they were before a deploy, reloads
    once and proves it. The landing place of before is loaded before any queue points at it again.
  - Only values that are still ours are put back; what somebody changed since stays, and RV(notes) says so. A queue gets no former
    destination that Asterisk has not loaded any more.
  - The state folder keeps the last ten deploys.
options:
  deploy:
    description: Name of the deploy to take back, with all that came after it; without it the last one.
    type: str
    default: ''
  restore:
    description: Take back only the deploy O(run_id), and only if it has not ended. The role does so when a step failed.
    type: bool
    default: false
  context:
    description: Name of the dialplan context, 1 to 46 of letters, digits, C(_) and C(-), since a queue's column holds 50 characters.
    type: str
    default: queue-failover
  drain_s:
    description: Seconds to wait until no call is in a context that goes; past them its block stays, and RV(notes) says so.
    type: int
    default: 120
  busy_s:
    description: Seconds to wait for another reload that is under way.
    type: int
    default: 300
  proof_s:
    description: Seconds Asterisk may take until everything is in force after the reload.
    type: int
    default: 60
  run_id:
    description: The deploy this call belongs to, as M(freepbx_failover_routes) returns it.
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
- name: Take the last deploy back
  freepbx_rollback:

- name: Go back to before a certain deploy
  freepbx_rollback:
    deploy: 20261123T084012.345Z-1f3a
"""

RETURN = r"""
did:
  description: What was done, a few words each.
  returned: always
  type: list
  elements: str
notes:
  description: Sentences about what stays because it is somebody else's or still used.
  returned: always
  type: list
  elements: str
left_to:
  description: With O(restore=true), the run that has started on this PBX since and looks after it, so that nothing was taken back; else empty.
  returned: always
  type: str
deploys:
  description: The deploys that were taken back, the newest first.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.freepbx_failover import running, step_rollback


def main():
    """The spec and the one call."""
    running.writer(running.spec(
        running.DATABASE, running.STATE, running.WRITER,
        context=running.CONTEXT['context'],
        deploy={'type': 'str', 'default': ''},
        restore={'type': 'bool', 'default': False},
        drain_s={'type': 'int', 'default': 120},
        busy_s={'type': 'int', 'default': 300},
        proof_s={'type': 'int', 'default': 60}), step_rollback.run)


if __name__ == '__main__':
    main()

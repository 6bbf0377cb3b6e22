#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resolve and check the fail-over routes of one PBX."""

DOCUMENTATION = r"""
module: freepbx_failover_routes
short_description: Resolve and check the fail-over routes of a FreePBX
version_added: 0.1.0
description:
  - Reads the queues and other objects of a FreePBX and resolves where callers shall go who leave a queue unanswered.
  - Says every mistake in the wish at once, as RV(errors), and what is doubtful as RV(warnings_found). It never writes anything and does
    not fail on mistakes in the wish, since the caller decides.
  - Without PyMySQL on the PBX it returns RV(pymysql_missing) and the distribution, so that the right package can be installed.
options:
  context:
    description: Name of the dialplan context, 1 to 46 of letters, digits, C(_) and C(-), since a queue's column holds 50 characters.
    type: str
    default: queue-failover
  state:
    description: Whether the routes shall be deployed or everything taken back; V(absent) ignores O(queues).
    type: str
    choices: [present, absent]
    default: present
  default:
    description: Destination of callers for whom nothing else is said, a mapping with one kind of destination as its key.
    type: raw
    default: {terminate: hangup}
  status_defaults:
    description: Destinations by status for queues that say nothing for it, looked up before O(default).
    type: raw
    default: {}
  overflow:
    description: Destination of a call that has turned too often, never a queue; without it O(default).
    type: raw
  derive_empty_policy:
    description: Whether a queue whose routes need it, and that leaves join or leave empty out, gets the mildest policy that lets them fire.
    type: bool
    default: false
  finding_severity:
    description: Severity by code for findings an administrator may judge himself, V(error), V(warning) or V(ignore).
    type: dict
    default: {}
  queues:
    description: The queues with their routes and settings, as the variable C(queue_failover_queues) of the role queue_failover has them;
      needed with O(state=present).
    type: raw
  plain:
    description: Plain variables of the role queue_failover by their names without C(queue_failover_), raw. They are judged here, so that every
      mistake is told at once, and take the place of the options of the same names. C(former_keys) has the keys of C(former_destinations) as the
      YAML has them, since a number and a text that says the same are one key by the time they arrive.
    type: dict
    default: {}
  read_only:
    description: Whether nothing will be written afterwards, so that a state folder this user may not use is only a warning.
    type: bool
    default: false
  layers:
    description: Lists above O(queues), each a mapping with C(variable), the name it has in the inventory, and C(queues), in the same form. They are
      merged queue by queue, setting by setting and status by status, in the order of their names and C(queue_failover_host_queues) last.
      V(null) takes a setting or a status out, C(state=absent) in an item takes the queue off.
    type: raw
    default: []
  variables:
    description: Names of the variables that are set with the prefix C(queue_failover_); one that nothing reads is said as a warning.
    type: list
    elements: str
    default: []
  custom_destination:
    description: What the context shall be called in the FreePBX GUI; only checked here.
    type: str
    default: Queue failover
  custom_destination_notes:
    description: Its notes in the FreePBX GUI; only checked here.
    type: str
    default: ''
  former_destinations:
    description: Former fail-over destinations by queue, for the case that the state folder is lost.
    type: dict
    default: {}
  pending_changes:
    description: What to do when changes of somebody else wait for C(Apply Config) in FreePBX and the wish needs a reload. With V(fail)
      that is one of the RV(errors), with V(leave) it is said as RV(waiting), with V(apply) it does not matter.
    type: str
    choices: [fail, apply, leave]
    default: fail
  drift:
    description: Whether to compare YAML, database, generated files and Asterisk too and return RV(drift).
    type: bool
    default: false
  skeleton:
    description: The block of dialplan with the line C(@tables@) where the routes belong; without it RV(block) and RV(in_force) stay empty.
    type: str
    default: ''
  standby:
    description: Whether Asterisk may be down because the PBX is a standby; then RV(standby_down) is returned instead of a failure.
    type: bool
    default: false
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
- name: Resolve the routes
  freepbx_failover_routes:
    default: {terminate: hangup}
    queues:
      - queue: "600"
        max_wait: 60
        routes:
          TIMEOUT: {queue: "01600"}
          LEAVEEMPTY: {voicemail: "200", greeting: unavailable}
  register: found

- name: Say every mistake
  ansible.builtin.debug:
    msg: "{{ found.errors }}"
"""

RETURN = r"""
routes:
  description: The routes as resolved on this PBX; of use only if RV(errors) is empty.
  returned: when the PBX could be read
  type: dict
  sample: {default: "app-blackhole,hangup,1", queues: [{queue: "600", routes: {TIMEOUT: "ext-queues,01600,1"}}]}
counts:
  description: How many C(queues) are listed and how many C(routes) they have. Where everything is in force and O(read_only=false), RV(routes) itself
    and the texts of the block are left out.
  returned: when the PBX could be read
  type: dict
errors:
  description: One sentence for each mistake, naming the variable, the queue and the remedy.
  returned: when the PBX could be read
  type: list
  elements: str
warnings_found:
  description: One sentence for each thing that is doubtful.
  returned: when the PBX could be read
  type: list
  elements: str
findings:
  description: Errors and warnings, each with C(code), C(severity), C(queue), C(status), C(where), C(message), C(remedy) and C(sentence).
  returned: when the PBX could be read
  type: list
  elements: dict
in_force:
  description: Whether all is as wished already, in files, database and Asterisk, so that the other steps have nothing to do.
  returned: when the PBX could be read
  type: bool
run_id:
  description: What this run is called in the state folder, for the modules that write.
  returned: when the PBX could be read
  type: str
waiting:
  description: With O(pending_changes=leave), what of somebody else waits to be applied, so that nothing may be written to the database yet.
  returned: when the PBX could be read
  type: str
context_first:
  description: Whether the context may be loaded all the same while RV(waiting) says something.
  returned: when the PBX could be read
  type: bool
drift:
  description: With O(drift=true), a mapping for each thing that is not the same everywhere, with C(queue), C(setting), what C(YAML),
    C(database), C(files) and C(loaded) say, the list C(different) of those that are not as deployed, and a C(sentence).
  returned: when the PBX could be read
  type: list
  elements: dict
block:
  description: The text between our marks as it shall be in the end.
  returned: when the PBX could be read
  type: str
block_now:
  description: The same with the rows of the queues in RV(leaving), until these are given back.
  returned: when the PBX could be read
  type: str
leaving:
  description: Queues with rows in our block that are no longer listed.
  returned: when the PBX could be read
  type: list
  elements: str
users:
  description: Who else sends calls to the context, beside the queues that were taken over.
  returned: when the PBX could be read
  type: list
  elements: str
ours:
  description: Every string that points at the context, bare and as a Custom Destination.
  returned: when the PBX could be read
  type: list
  elements: str
contexts:
  description: The context's name and those it had before.
  returned: when the PBX could be read
  type: list
  elements: str
old_blocks:
  description: Blocks of ours in extensions_custom.conf under other names.
  returned: when the PBX could be read
  type: list
  elements: str
former_destinations:
  description: The fail-over destination each queue had before it was taken over, as far as it is known.
  returned: when the PBX could be read
  type: dict
config_dir:
  description: Folder of Asterisk's configuration.
  returned: when the PBX could be read
  type: str
sbin:
  description: Folder of fwconsole.
  returned: when the PBX could be read
  type: str
reload_pending:
  description: Whether FreePBX shows Apply Config.
  returned: when the PBX could be read
  type: bool
freepbx_version:
  description: Version of FreePBX.
  returned: when the PBX could be read
  type: str
asterisk_version:
  description: Version of Asterisk.
  returned: when the PBX could be read
  type: str
pymysql_missing:
  description: Whether PyMySQL is missing on the PBX.
  returned: always
  type: bool
standby_down:
  description: Whether Asterisk is down on a PBX that may be a standby.
  returned: when O(standby=true)
  type: bool
os:
  description: C(id), C(id_like) and C(version_id) of the distribution.
  returned: when PyMySQL is missing
  type: dict
"""

from ansible.module_utils.freepbx_failover import running, step_routes


def main():
    """The spec and the one call."""
    running.reader(running.spec(
        running.DATABASE, running.STATE,
        context=running.CONTEXT['context'],
        state={'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'},
        default={'type': 'raw', 'default': {'terminate': 'hangup'}},
        status_defaults={'type': 'raw', 'default': {}},
        overflow={'type': 'raw'},
        derive_empty_policy={'type': 'bool', 'default': False},
        finding_severity={'type': 'dict', 'default': {}},
        queues={'type': 'raw'},
        plain={'type': 'dict', 'default': {}},
        read_only={'type': 'bool', 'default': False},
        layers={'type': 'raw', 'default': []},
        variables={'type': 'list', 'elements': 'str', 'default': []},
        custom_destination={'type': 'str', 'default': 'Queue failover'},
        custom_destination_notes={'type': 'str', 'default': ''},
        former_destinations={'type': 'dict', 'default': {}},
        pending_changes=running.WRITER['pending_changes'],
        drift={'type': 'bool', 'default': False},
        skeleton={'type': 'str', 'default': ''},
        standby={'type': 'bool', 'default': False}), step_routes.run)


if __name__ == '__main__':
    main()

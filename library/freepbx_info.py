#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read what a FreePBX has."""

DOCUMENTATION = r"""
module: freepbx_info
short_description: Read version, queues and Custom Destinations of a FreePBX
version_added: 0.1.0
description:
  - Returns facts about a FreePBX for use in a playbook. Changes nothing.
options:
  freepbx_conf:
    description: FreePBX's own configuration file, which says how its database is reached. It is read on the PBX and its password is never returned.
    type: path
    default: /etc/freepbx.conf
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
- name: Read the PBX
  freepbx_info:

- name: Is Apply Config pending?
  ansible.builtin.debug:
    var: ansible_facts.freepbx_failover.reload_pending
"""

RETURN = r"""
ansible_facts:
  description: The facts.
  returned: always
  type: dict
  contains:
    freepbx_failover:
      description: C(freepbx_version), C(asterisk_version) (null while Asterisk is down), C(reload_pending), C(queues) and
        C(custom_destinations) as FreePBX stores them.
      returned: always
      type: dict
"""

from ansible.module_utils.freepbx_failover import running, step_info


def main():
    """The spec and the one call."""
    running.reader(running.DATABASE, step_info.run)


if __name__ == '__main__':
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Say where calls would go now."""

DOCUMENTATION = r"""
module: freepbx_failover_verify
short_description: Say where a call would go that leaves a queue of a FreePBX now
version_added: 0.1.0
description:
  - Reads what Asterisk has loaded and says for each queue and status where a call would go and whether that is what was asked for.
    Changes nothing and places no call.
options:
  context:
    description: Name of the dialplan context, 1 to 46 of letters, digits, C(_) and C(-), since a queue's column holds 50 characters.
    type: str
    default: queue-failover
  routes:
    description: The routes, as M(freepbx_failover_routes) returns them.
    type: dict
    required: true
  destinations:
    description: The strings that point at the context.
    type: list
    elements: str
    default: ["queue-failover,s,1"]
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
author:
  - The queue_failover authors (@queue-failover)
"""

EXAMPLES = r"""
- name: Where would calls go?
  freepbx_failover_verify:
    routes: "{{ found.routes }}"
  register: verdict
"""

RETURN = r"""
rows:
  description: For each queue and status C(expected) and C(loaded) destination, and whether they are the same (C(ok)).
  returned: always
  type: list
  elements: dict
wrong:
  description: How many rows are not as asked for.
  returned: always
  type: int
"""

from ansible.module_utils.freepbx_failover import running, step_verify


def main():
    """The spec and the one call."""
    running.reader(running.spec(
        context=running.CONTEXT['context'],
        routes={'type': 'dict', 'required': True},
        destinations={'type': 'list', 'elements': 'str', 'default': ['queue-failover,s,1']}), step_verify.run)


if __name__ == '__main__':
    main()

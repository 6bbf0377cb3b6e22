#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of the call tests: the containers that QUEUE_FAILOVER_PBX names, as `pbx up` started them."""
import json
import os

CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
CONNECTION = {
    "ansible_user": "admin",
    "ansible_ssh_private_key_file": CACHE + "/queue-failover/ssh/id_ed25519",
    "ansible_ssh_common_args": "-o ProxyCommand='podman exec -i {{ inventory_hostname }} /usr/sbin/sshd -i' "
                               "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"}

if __name__ == "__main__":
    names = [name for name in os.environ.get("QUEUE_FAILOVER_PBX", "").split(",") if name]
    print(json.dumps({"pbx": {"hosts": names, "vars": CONNECTION}, "_meta": {"hostvars": {}}}))

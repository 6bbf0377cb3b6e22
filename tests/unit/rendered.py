# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's real text, rendered as Ansible renders a variable."""
import functools

import jinja2
import yaml
from ansible.module_utils.freepbx_failover import tables
from ansible.plugins.filter.core import FilterModule
from checkout import ROOT

TEXT = yaml.safe_load((ROOT / "roles/queue_failover/vars/main.yml").read_text())["__queue_failover_skeleton"]
HANGUP = "app-blackhole,hangup,1"
VARIABLES = {"queue_failover_max_hops": 5, "queue_failover_count_timeout": False, "queue_failover_queue_log": True, "queue_failover_user_event": True}
DEMO = [  # what the rules make of inventories/demo on the test PBXs
    {"queue": "600", "failover": True, "routes": {"LEAVEEMPTY": "check-callstate,s-BUSY,1", "TIMEOUT": "ext-queues,01600,1"},
     "default": "ext-local,vmu200,1", "default_from": "former", "former": "ext-local,vmu200,1"},
    {"queue": "601", "failover": True, "routes": {"LEAVEEMPTY": "check-callstate,s-BUSY,1", "TIMEOUT": "ext-queues,01601,1"},
     "default": None, "default_from": "pbx", "former": ""},
]


@functools.lru_cache(maxsize=None)
def skeleton(context="queue-failover", **variables):
    """The text that the tables are put into."""
    environment = jinja2.Environment(trim_blocks=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    filters = FilterModule().filters()
    environment.filters.update({name: filters[name] for name in ("hash", "bool")})
    return environment.from_string(TEXT).render(queue_failover_context=context, **dict(VARIABLES, **variables))


def block(queues=(), default=HANGUP, context="queue-failover", leaving=(), overflow=HANGUP, status_defaults=None):
    """The text between our marks."""
    routes = {"default": default, "overflow": overflow, "status_defaults": status_defaults or {}, "queues": list(queues)}
    return tables.block(skeleton(context), context, routes, leaving)


def queue(former, number="600", **changes):
    """A queue as the rules hand it on."""
    return dict({"queue": number, "failover": True, "routes": {}, "default": None, "default_from": "pbx", "former": former}, **changes)

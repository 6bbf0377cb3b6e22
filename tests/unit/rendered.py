# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's real template, rendered as Ansible's template lookup renders it."""
import jinja2
from ansible.plugins.filter.core import FilterModule
from conftest import ROOT

TEMPLATES = ROOT / "roles" / "queue_failover" / "templates"
HANGUP = "app-blackhole,hangup,1"
DEMO = [  # what the role makes of inventories/demo on the test PBXs
    {"queue": "600", "routes": {"LEAVEEMPTY": "check-callstate,s-BUSY,1", "TIMEOUT": "ext-queues,01600,1", "default": "ext-local,vmu200,1"},
     "former": "ext-local,vmu200,1", "note": ": its default is its former fail-over destination"},
    {"queue": "601", "routes": {"LEAVEEMPTY": "check-callstate,s-BUSY,1", "TIMEOUT": "ext-queues,01601,1"},
     "former": "", "note": ": without a default of its own"},
]


def block(queues=(), default=HANGUP, context="queue-failover"):
    """The text between our marks."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), trim_blocks=True, undefined=jinja2.StrictUndefined,
                                     keep_trailing_newline=True)
    environment.filters.update({name: call for name, call in FilterModule().filters().items() if name in ("hash", "to_json")})
    rows = {"default": default, "queues": list(queues)}
    return environment.get_template("context.conf.j2").render(queue_failover_context=context, __queue_failover_rows=rows)

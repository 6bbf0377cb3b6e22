# SPDX-License-Identifier: GPL-3.0-or-later
"""One list of queues out of several: the site's, over it those of the PBX's groups, over these its own.

Pure: imports nothing of Ansible, SQL or processes. The lists are merged queue by queue, setting by setting and status by status; each
item keeps in mind who said what, so that a finding names the place where an administrator can correct it.
"""
import difflib
import re

from ansible.module_utils.freepbx_failover import destinations, routes, statuses
from ansible.module_utils.freepbx_failover.findings import error, warning

PREFIX = 'queue_failover_'
GROUP = PREFIX + 'group_queues'  # and every name that begins so
HOST = PREFIX + 'host_queues'

# Every variable an inventory, a playbook or a job of AWX may set; a test holds it to meta/argument_specs.yml.
VARIABLES = tuple(PREFIX + name for name in (
    'allow_calls', 'become', 'become_user', 'calls', 'context', 'count_timeout', 'custom_destination', 'custom_destination_notes', 'default',
    'deploy', 'derive_empty_policy', 'drain_s', 'drift_file', 'finding_severity', 'former_destinations', 'freepbx_conf', 'group_queues',
    'host_queues', 'install_pymysql', 'max_failures', 'max_hops', 'overflow', 'pending_changes', 'proof_s', 'pymysql_package', 'queue_log',
    'queues', 'reload_busy_s', 'rollout', 'rollout_file', 'standby', 'state', 'state_dir', 'status_defaults', 'user_event', 'waves'))

_STATUSES = tuple(statuses.STATUSES) + statuses.NEVER_SET + (statuses.EMPTY,)
_WHERE = re.compile(re.escape(routes.QUEUES) + r'\[(\d+)\]( \(queue (.*?)\))?(.*)\Z', re.S)


class Item:
    """A queue of the merged list. wish: its settings; places: the items it is made of; said: {setting: place}; ways: {status: (destination, place)}."""

    def __init__(self, wish, place):
        self.key, self.wish, self.places, self.ways = key_of(wish), wish, [place], {}
        self.said = dict((str(key), place) for key in wish) if isinstance(wish, dict) else {}
        if isinstance(wish, dict) and isinstance(wish.get('routes'), dict):
            self.ways = dict((status, (to, place)) for status, to in wish['routes'].items())

    def lay(self, wish, place):
        """Put what a higher layer says of this queue over it."""
        if place not in self.places:
            self.places.append(place)
        self.wish = dict(self.wish)
        for key, value in wish.items():
            if key == 'routes' and isinstance(value, dict):
                self._lay_routes(value, place)
            elif value is None and key in routes.QUEUE_KEYS:
                self.wish.pop(key, None)
                self.said.pop(key, None)
            elif key != 'queue':
                self.wish[key] = value
                self.said[str(key)] = place

    def _lay_routes(self, wish, place):
        """Status by status. EMPTY names JOINEMPTY and LEAVEEMPTY both, so it replaces what stands below for either."""
        below = self.wish.get('routes')
        if below is not None and not isinstance(below, dict):
            return  # no mapping: the finding about that must not get lost under this one
        gone = [status for status, to in wish.items() if to is None and status in _STATUSES]
        named = statuses.EMPTY_STATUSES if statuses.EMPTY in wish else ()
        ways = dict((status, way) for status, way in self.ways.items() if below is not None and status not in named)
        ways.update((status, (to, place)) for status, to in wish.items() if status not in gone)
        if any(status in gone for status in statuses.EMPTY_STATUSES):
            ways = statuses.expand(ways)
        self.ways = dict((status, way) for status, way in ways.items() if status not in gone)
        self.wish['routes'] = dict((status, way[0]) for status, way in self.ways.items())

    def place(self, setting):
        """Where a setting, or routes.STATUS, of this item was said; all its places if nobody said it."""
        ways = dict(('routes.%s' % status, way[1]) for status, way in statuses.expand(self.ways).items())
        ways.update(('routes.%s' % status, way[1]) for status, way in self.ways.items())
        return ways.get(setting) or self.said.get(setting) or ' with '.join(self.places)


def merge(queues, layers):
    """(the list of this PBX, its items, findings about the layers).

    queues: the site's list; layers: [{variable, queues}] above it, in any order: by the names of the variables, the host's own last.
    Without layers the list is handed on as it is and has no items; so is a site's list that is none, which is an error of its own.
    """
    if not layers or not isinstance(queues, list):
        return queues, [], []
    if not isinstance(layers, list) or not all(isinstance(layer, dict) and set(layer) == set(['variable', 'queues']) for layer in layers):
        return queues, [], [error('queue-form', '%s*, %s' % (GROUP, HOST), 'one of them cannot be read', 'quote what YAML takes for a date')]
    items, findings = [], []
    _lay(items, routes.QUEUES, queues, findings)
    for layer in sorted(layers, key=lambda layer: (layer['variable'] == HOST, layer['variable'])):
        _lay(items, layer['variable'], layer['queues'], findings)
    return [item.wish for item in items], items, findings


def _lay(items, variable, wishes, findings):
    """Put one layer over the items."""
    if not isinstance(wishes, list):
        findings.append(error('queue-form', variable, 'it must be a list of queues', 'start each queue with "- queue:", or write [] for none'))
        return
    below, seen = dict((item.key, item) for item in items if item.key is not None), {}
    for index, wish in enumerate(wishes):
        key, place = key_of(wish), '%s[%d]' % (variable, index)
        if key is not None and key in seen:
            findings.append(routes.twice(variable, index, key, seen[key]))
            continue
        seen[key] = index
        if key is None or variable == routes.QUEUES:
            items.append(Item(wish, place))
        elif 'state' in wish:
            wrong = _state(wish, place, below)
            findings.extend(wrong)
            items[:] = [item for item in items if wrong or item.key != key]
        elif key in below:
            below[key].lay(wish, place)
        else:
            items.append(Item({'queue': wish['queue']}, place))
            items[-1].lay(wish, place)


def _state(wish, place, below):
    """What is wrong with an item that takes its queue off."""
    where, others = '%s (queue %s)' % (place, key_of(wish)), sorted(str(key) for key in wish if key not in ('queue', 'state'))
    if wish['state'] != 'absent':
        return [error('unknown-word', where + '.state', '%s is not known' % destinations.shown(wish['state']), 'write absent, or leave it out')]
    if others:
        return [error('state-alone', where, 'it takes the queue off and says %s too' % ', '.join(others), 'leave one of the two out')]
    if key_of(wish) not in below:
        remedy = destinations.octal_trap(wish['queue'], list(below)) or 'correct the number, or take this item out'
        return [error('nothing-to-take-off', where, 'no list below this one has queue %s' % key_of(wish), remedy)]
    return []


def key_of(wish):
    """What an item is merged by: the number of its queue as text; None where it has none that can be read."""
    number = wish.get('queue') if isinstance(wish, dict) else None
    return str(number).strip() or None if isinstance(number, (str, int)) and not isinstance(number, bool) else None


def placed(findings, items):
    """The findings about the merged list, each with the place where what it is about really stands."""
    numbered = dict((item.key, item) for item in reversed(items))
    return [finding._replace(where=_where(finding.where, items, numbered)) for finding in findings]


def _where(where, items, numbered):
    found = _WHERE.match(where)
    item = found and (numbered.get((found.group(3) or '').strip()) or (items[int(found.group(1))] if int(found.group(1)) < len(items) else None))
    return item.place(found.group(4)[1:]) + (found.group(2) or '') + found.group(4) if item else where


def unknown(names):
    """Warnings about variables with our prefix that nothing reads: a typing error would go unnoticed, and its routes with it."""
    return [warning('unknown-variable', name, 'nothing reads a variable of this name', _near(name))
            for name in sorted(names) if name not in VARIABLES and not name.startswith(GROUP)]


def _near(name):
    near = difflib.get_close_matches(name[len(PREFIX):], [known[len(PREFIX):] for known in VARIABLES], n=1)
    return ('did you mean %s%s? ' % (PREFIX, near[0]) if near else '') + 'give a variable of your own a name without %s' % PREFIX

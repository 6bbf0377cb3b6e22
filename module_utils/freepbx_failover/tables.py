# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of routes in our block: one context a queue, one for the PBX; written and read here and nowhere else.

Pure: imports nothing of Ansible, SQL or processes. A table's rows only return values, so that they may change under a call. A
context a queue, and not one for all, because Asterisk looks an extension up by walking its context: with one context a call
costs more with every queue (90 to 270 us for 6,000 rows on 16.28 and 22.10), with a context a queue it costs the same.
"""
import hashlib
import json
import re
from urllib.parse import quote

from ansible.module_utils.freepbx_failover import destinations

PLACE = '@tables@\n'
# The row of the PBX's table that says which tables these are. No status, which has letters alone; an older table answers "no such row".
STAMP = 'TABLES1'

# Answers "no such row" for a status, so that a lookup cannot miss while a reload takes rows away; `h` is lower case.
_NO_ROW = 'exten => _[A-Z]!,1,Return()'
_HANGUP = 'exten => h,1,GotoIf(${DIALPLAN_EXISTS(ext-queues,h,1)}?ext-queues,h,1)'
_FORMER = re.compile(r'^; queue ([0-9*#]+) had the fail-over destination (".*")\s*$', re.M)
_RETURN = re.compile(r'Return\((.*)\)\Z')
_DERIVED = re.compile(r'-(?:default|[0-9*#]+|entry-[0-9a-f]{8})\Z')
_STATUS = re.compile(r'(?:default|overflow|[A-Z]+)\Z')

NOTES = {'former': ': its default is its former fail-over destination', 'pbx': ': without a default of its own'}


def name(context, queue):
    """The context that holds the table of a queue, or of the PBX for the queue ''."""
    return '%s-%s' % (context, queue or 'default')


def value(destination, announce='', prefix='', priority=''):
    """What a row returns: the destination, and after ^ marks what the caller meets before he moves on.

    The prefix is any text, so it is written in the %XX form that URIDECODE of Asterisk reads back; no mark can be in it.
    """
    options = [announce, quote(prefix, safe=''), str(priority)]
    return destination if not any(options) else '^'.join([destination] + options)


def destination_of(row):
    """The destination in a row's value."""
    return row.split('^')[0] if row else row


def is_ours(context, name_of_ours):
    """Whether a context is the entry of that name or one derived from it."""
    if context == name_of_ours:
        return True
    rest = context[len(name_of_ours):] if context.startswith(name_of_ours) else ''
    return bool(_DERIVED.match(rest))


def block(skeleton, context, routes, leaving=()):
    """The text between our marks: the skeleton with the tables in their place.

    routes: of compile_routes; leaving: [{queue, routes, former}] of queues that still point here but are no longer listed.
    """
    queues = []
    for entry in routes['queues']:
        if entry['failover']:
            rows = dict(entry['routes'], default=entry['default'] or '')
            queues.append(_table(context, entry['queue'], rows, entry['former'], NOTES.get(entry['default_from'], '')))
    for entry in leaving:
        queues.append(_table(context, entry['queue'], dict({'default': ''}, **entry['routes']), entry['former'], ': is being given back'))
    rows = dict(routes['status_defaults'], default=routes['default'], overflow=routes['overflow'])
    rows[STAMP] = _stamp(queues + [_table(context, '', rows, None, '')])
    pbx = _table(context, '', rows, None, '; callers for whom no queue says anything')
    return skeleton.replace(PLACE, ''.join([pbx] + queues))


def _stamp(parts):
    """Another one for other rows, whatever the comments say. SHA-256, because a PBX in FIPS mode has no SHA-1."""
    rows = [line for part in parts for line in part.split('\n') if not line.startswith(';')]
    return hashlib.sha256('\n'.join(rows).encode('utf-8')).hexdigest()[:8]


def _table(context, queue, rows, former, note):
    lines = ['; queue %s%s' % (queue, note) if queue else note]
    if former is not None:
        lines.append('; queue %s had the fail-over destination %s' % (queue, json.dumps(former)))
    lines.append('[%s]' % name(context, queue))
    lines.extend('exten => %s,1,Return(%s)' % row for row in sorted(rows.items()))
    return '\n'.join(lines + [_NO_ROW, _HANGUP]) + '\n'


def read(contexts, context):
    """{queue: {status or 'default': destination}} of parsed contexts; the PBX's own table is under ''."""
    found = {}
    for table, extensions in contexts.items():
        queue = table[len(context) + 1:] if table.startswith(context + '-') else None
        if queue != 'default' and not re.match(r'[0-9*#]+\Z', queue or ''):
            continue
        rows = found.setdefault('' if queue == 'default' else queue, {})
        for extension, priorities in extensions.items():
            returned = _RETURN.match(priorities[1].application) if 1 in priorities else None
            if returned and returned.group(1) and _STATUS.match(extension):
                rows[extension] = returned.group(1)
    return found


def formers(text):
    """{queue: its former fail-over destination} from the comments in our block."""
    return dict((queue, value) for queue, _said, value in _comments(text) if value is not None)


def forged(text):
    """{queue: what its comment says} where that cannot be a destination: anybody may have edited the block."""
    return dict((queue, said) for queue, said, value in _comments(text) if value is None or not destinations.fits_queue(value))


def _comments(text):
    """(queue, what stands there, its value or None) of each comment about a former destination."""
    for queue, said in _FORMER.findall(text):
        try:
            yield queue, said, json.loads(said)
        except ValueError:
            yield queue, said, None

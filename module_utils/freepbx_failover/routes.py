# SPDX-License-Identifier: GPL-3.0-or-later
"""From the administrator's YAML to the routes of one PBX: resolve, check, refuse.

Pure: imports nothing of Ansible, SQL or processes. Every mistake becomes a finding; none stops the search for the next.
"""
import json
import re

from ansible.module_utils.freepbx_failover import customdests, destinations, statuses, tables
from ansible.module_utils.freepbx_failover.findings import error, warning

QUEUES = 'queue_failover_queues'
DEFAULT = 'queue_failover_default'
STATUS_DEFAULTS = 'queue_failover_status_defaults'
OVERFLOW = 'queue_failover_overflow'
CONTEXT = 'queue_failover_context'
NAME = 'queue_failover_custom_destination'
QUEUE_KEYS = ('queue', 'max_wait', 'join_empty', 'leave_when_empty', 'routes', 'default')

_CONTEXT = re.compile(r'[A-Za-z0-9_-]{1,46}\Z')
_NUMBER = re.compile(r'[0-9*#]{1,20}\Z')

# What FreePBX or Asterisk itself uses; a context of ours under such a name would change calls that are not ours.
RESERVED = frozenset(['general', 'globals', 'default', 'parkedcalls', 'customdests', 'timeconditions', 'directory', 'callback', 'disa',
                      'vmblast-grp'])
RESERVED_PREFIXES = ('from-', 'ext-', 'app-', 'macro-', 'sub-', 'outbound-', 'outrt-', 'ivr-')

# A recording's files as Playback takes them.
_FILES = re.compile(r'[A-Za-z0-9_./+-]+(?:&[A-Za-z0-9_./+-]+)*\Z')
MAX_PREFIX = 40

# A row of the key-value store; FreePBX moves a longer value into kvblobstore.
MAX_ROW = 4000


def check_context(name):
    """Findings about the context's name: 1 to 46 of letters, digits, _ and -, since the queue's column holds 50 characters."""
    if not isinstance(name, str) or not _CONTEXT.match(name):
        return [error('context-name', CONTEXT, '%s is not usable as a context' % destinations.shown(name),
                      'use 1 to 46 letters, digits, _ and -, as in queue-failover')]
    if name.lower() in RESERVED or name.lower().startswith(RESERVED_PREFIXES):
        return [error('context-name', CONTEXT, '"%s" is a name FreePBX uses itself' % name, 'choose another, as in queue-failover')]
    return []


def check_names(description, notes):
    """Findings about what the Custom Destination is called; the GUI wants a name, and FreePBX writes it into the dialplan."""
    found = []
    if not customdests.as_gui(description).strip():
        found.append(error('destination-name', NAME, 'it is blank', 'give the Custom Destination a name, as in Queue failover'))
    for variable, text in ((NAME, description), (NAME + '_notes', notes)):
        if len(json.dumps(text)) > MAX_ROW // 2:
            found.append(error('too-long', variable, 'its %d characters do not fit into FreePBX\'s row of %d bytes' % (len(text), MAX_ROW),
                               'shorten it to 300 characters or so'))
    if any(character == ';' or not character.isprintable() for character in description):
        found.append(error('destination-name', NAME, 'a semicolon, line break or control character in it would cut the dialplan line FreePBX writes',
                           'leave it out'))
    if any(not character.isprintable() and character not in '\r\n\t' for character in notes):
        found.append(error('destination-name', NAME + '_notes', 'there is a control character in it, which FreePBX could not show', 'leave it out'))
    if '${' in description or '$[' in description:
        found.append(error('destination-name', NAME, '%s in it would be evaluated by Asterisk at each call' % ('${' if '${' in description else '$['),
                           'leave it out'))
    return found


def check_formers(formers, ours, known):
    """Findings about former destinations an administrator gives by hand: what a removal will write into the queues. known: the PBX's queues."""
    found = []
    for queue, value in sorted(formers.items(), key=str):
        where = 'queue_failover_former_destinations[%s]' % queue
        if str(queue) not in known:
            found.append(_no_queue(where, str(queue), queue, known))
        remedy = 'give context,extension,priority, or "" for none'
        if not isinstance(value, str):
            found.append(error('former-destination', where, '%s is no destination' % destinations.shown(value), remedy))
        elif value and not destinations.is_raw(value):
            found.append(error('former-destination', where, '%s is no context,extension,priority' % destinations.shown(value), remedy))
        elif len(str(value)) > destinations.MAX_LENGTH:
            found.append(error('too-long', where, "%s does not fit into the %d characters of the queue's column"
                               % (destinations.shown(value), destinations.MAX_LENGTH), remedy))
        elif value in ours:
            found.append(error('former-destination', where, '%s is our own context' % destinations.shown(value), remedy))
    return found


def compile_routes(queues, default, pbx, status_defaults=None, overflow=None):
    """The routes of one PBX and the findings about them.

    queues, default, status_defaults, overflow: as the variables queue_failover_* have them. pbx: a mapping with `queues`
    ({number: its row}), `objects` ({kind: [(id, name)]}), `recordings` ([(file, name)]), `asterisk_version`,
    `former` ({number: its fail-over destination before us}). Returns ({default, overflow, status_defaults, queues: [...]},
    findings); the routes are of use only if no finding is an error.
    """
    findings = []
    default_row = _resolve(default, DEFAULT, pbx, findings)
    compiled = {'default': default_row, 'overflow': _overflow(overflow, default_row, pbx, findings),
                'status_defaults': _routes(status_defaults, STATUS_DEFAULTS, pbx, findings), 'queues': []}
    seen = {}
    if queues is None:
        findings.append(error('no-list', QUEUES, 'it is not set for this PBX', 'set it; an empty list [] gives every queue back'))
        queues = []
    if not isinstance(queues, list):
        findings.append(error('queue-form', QUEUES, 'it must be a list of queues', 'start each queue with "- queue:"'))
        queues = []
    for index, queue in enumerate(queues):
        entry = _queue(index, queue, pbx, findings)
        if entry is None:
            continue
        if entry['queue'] in seen:
            findings.append(twice(QUEUES, index, entry['queue'], seen[entry['queue']]))
        seen.setdefault(entry['queue'], index)
        compiled['queues'].append(entry)
    return compiled, findings


def twice(variable, index, queue, first):
    """The finding about a queue that stands in one list a second time."""
    return error('queue-twice', '%s[%d]' % (variable, index), 'queue %s stands in the list twice, first as item %d' % (queue, first), 'merge the two')


def _overflow(wish, default, pbx, findings):
    """Where a call goes that has turned too often; never a queue, or it would turn on."""
    text = _resolve(wish, OVERFLOW, pbx, findings) if wish is not None else default
    if text and text.startswith('ext-queues,'):
        variable = OVERFLOW if wish is not None else DEFAULT
        findings.append(error('overflow-queue', variable, 'a call that has turned too often would go to a queue again (%s)' % text,
                              'set %s to something that is no queue' % OVERFLOW))
    return text


def _queue(index, wish, pbx, findings):
    where = '%s[%d]' % (QUEUES, index)
    if not isinstance(wish, dict) or 'queue' not in wish:
        findings.append(error('queue-form', where, 'an item must be a mapping with the key queue', 'write - queue: "600"'))
        return None
    number = _number(wish['queue'], where, pbx, findings)
    where = '%s[%d] (queue %s)' % (QUEUES, index, wish['queue'])
    for key in sorted(str(key) for key in wish if key not in QUEUE_KEYS):
        findings.append(error('unknown-key', where, 'unknown key "%s"' % key, 'the keys are %s' % ', '.join(QUEUE_KEYS)))
    routes = _routes(wish.get('routes'), where + '.routes', pbx, findings)
    default = None
    if wish.get('default') is not None:
        default = _resolve(wish['default'], where + '.default', pbx, findings)
    settings = _settings(wish, where, findings)
    if number is None:
        return None
    named = wish['routes'] if isinstance(wish.get('routes'), dict) else {}
    spread = [status for status in statuses.EMPTY_STATUSES if statuses.EMPTY in named and status not in named]
    entry = {'queue': number, 'failover': bool(routes or default), 'routes': routes, 'default': default, 'spread': spread,
             'default_from': 'yaml' if default else 'pbx', 'former': None, 'settings': settings}
    if entry['failover']:
        _keep_former(entry, where, pbx, findings)
    return entry


def _keep_former(entry, where, pbx, findings):
    """A queue without a default keeps its former fail-over destination as its default, so that a first rollout loses nobody."""
    former = pbx['former'].get(entry['queue'])
    entry['former'] = former
    if entry['default'] or not former:
        return
    if not destinations.is_raw(former):
        findings.append(error('former-destination', where, 'its fail-over destination %s cannot stand in a dialplan row'
                              % destinations.shown(former), 'give this queue a default of its own'))
        return
    entry['default'], entry['default_from'] = former, 'former'


def _number(value, where, pbx, findings):
    """The queue's number if this PBX has such a queue, else None and a finding."""
    text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ''
    if not _NUMBER.match(text):
        findings.append(error('queue-form', where + '.queue', '%s is not a queue number' % destinations.shown(value),
                              'write the number in quotes, as in "600"'))
        return None
    if text not in pbx['queues']:
        findings.append(_no_queue(where + '.queue', text, value, pbx['queues']))
        return None
    return text


def _no_queue(where, text, value, queues):
    """The finding about a queue this PBX does not have. text: its number; value: what was written for it."""
    known = sorted(queues)
    remedy = destinations.octal_trap(value, known) or 'create it in FreePBX or take it off the list'
    shown = ', '.join(known[:10]) + (' and %d more' % (len(known) - 10) if len(known) > 10 else '')
    return error('unknown-queue', where, 'this PBX has no queue %s (its queues: %s)' % (text, shown or 'none'), remedy)


def _routes(wish, where, pbx, findings):
    """{status: what its row returns} of a mapping of status to destination."""
    if wish is None:
        return {}
    if not isinstance(wish, dict):
        findings.append(error('routes-form', where, 'it must be a mapping of status to destination', 'write TIMEOUT: {queue: "601"}'))
        return {}
    for status in wish:
        stands_for = 'LEAVEEMPTY' if status == statuses.EMPTY and 'LEAVEEMPTY' not in wish else status
        if stands_for != statuses.EMPTY:
            _check_status(stands_for, '%s.%s' % (where, status), pbx, findings)
    resolved = dict((str(status), _resolve(destination, '%s.%s' % (where, status), pbx, findings)) for status, destination in wish.items())
    return dict((status, value) for status, value in statuses.expand(resolved).items() if value)


def _check_status(status, at, pbx, findings):
    version = pbx['asterisk_version']
    if status in statuses.NEVER_SET:
        findings.append(warning('status-never-set', at, 'no Asterisk since 1.6.2 sets this status, so the route never fires',
                                'use JOINEMPTY or LEAVEEMPTY'))
    elif status not in statuses.STATUSES:
        findings.append(error('unknown-status', at, 'unknown status', 'the statuses are %s and %s%s' % (
            ', '.join(statuses.STATUSES), statuses.EMPTY, destinations.nearest(str(status), statuses.STATUSES))))
    elif not statuses.can_set(status, version):
        findings.append(warning('status-version', at, 'Asterisk %s cannot set this status, so the route never fires' % version,
                                'leave it for the other PBXs, or update Asterisk'))
    elif status == 'LEAVEEMPTY' and version in statuses.HANGS_UP_ON_LEAVEEMPTY:
        findings.append(warning('asterisk-hangs-up', at, 'Asterisk %s hangs up a caller who is not first when a queue becomes empty' % version,
                                'update Asterisk'))


def _settings(wish, where, findings):
    """The settings that were given, as FreePBX stores them: max wait in seconds ('' is unlimited), the empty policies."""
    settings = {}
    if wish.get('max_wait') is not None:
        value = max_wait(wish['max_wait'])
        if value is None:
            findings.append(error('max-wait', where + '.max_wait', '%s is no max wait time' % destinations.shown(wish['max_wait']),
                                  'give whole seconds from 1 to 99999999, or unlimited (0 would throw every caller out at once)'))
        else:
            settings['max_wait'] = value
            if value and int(value) not in statuses.GUI_MAX_WAITS:
                findings.append(warning('max-wait-gui', where + '.max_wait', "FreePBX's GUI cannot show %s seconds and would lose it on "
                                        'its next save of this queue' % value, 'use 1-29, 30-55 by 5, 60-280 by 20, 300-1140 by 60 or '
                                        '1200-7200 by 300'))
    for key in ('join_empty', 'leave_when_empty'):
        if wish.get(key) is None:
            continue
        word = {True: 'yes', False: 'no'}.get(wish[key], wish[key]) if isinstance(wish[key], (bool, str)) else None
        if word not in statuses.EMPTY_POLICIES:
            findings.append(error('unknown-word', '%s.%s' % (where, key), '%s is not known' % destinations.shown(wish[key]),
                                  'it is one of %s' % ', '.join(statuses.EMPTY_POLICIES)))
        else:
            settings[key] = statuses.EMPTY_POLICIES[word]
    return settings


def max_wait(value):
    """FreePBX's text for a max wait time, '' for unlimited; None if it is not one."""
    if value == 'unlimited':
        return ''
    text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ''
    return str(int(text)) if re.match(r'[0-9]{1,8}\Z', text) and int(text) > 0 else None


def _resolve(wish, where, pbx, findings):
    """What a row returns for a destination mapping and its options; None, and a finding for each part that is wrong."""
    parts, whole = [], True
    for read in (_destination, _announce, _prefix, _priority):
        try:
            parts.append(read(wish, pbx))
        except destinations.Unresolved as problem:
            findings.append(error(problem.args[0], where, problem.args[1], problem.args[2]))
            whole = False
        if not isinstance(wish, dict):
            break
    return tables.value(*parts) if whole else None


def _destination(wish, pbx):
    text = destinations.resolve(wish, pbx['objects'])
    if text in pbx.get('ours', ()):
        raise destinations.Unresolved('own-context', '%s is our own context, so the call would turn for ever' % text, 'choose another destination')
    return text


def _announce(wish, pbx):
    return _recording(wish['announce'], pbx) if wish.get('announce') is not None else ''


def _prefix(wish, _pbx):
    prefix = wish.get('caller_id_prefix')
    if prefix is None:
        return ''
    if isinstance(prefix, bool) or not isinstance(prefix, (str, int)) or not 0 < len(str(prefix)) <= MAX_PREFIX or not str(prefix).isprintable():
        raise destinations.Unresolved('caller-id-prefix', 'caller_id_prefix %s is not usable' % destinations.shown(prefix),
                                      'give 1 to %d printable characters' % MAX_PREFIX)
    return str(prefix)


def _priority(wish, _pbx):
    priority = wish.get('set_priority')
    if priority is None:
        return ''
    if isinstance(priority, bool) or not re.match(r'(?:1?[0-9]|20)\Z', str(priority)):
        raise destinations.Unresolved('set-priority', 'set_priority %s is not usable' % destinations.shown(priority), 'give 0 to 20')
    return str(priority)


def _recording(wish, pbx):
    if pbx.get('recordings') is None:
        raise destinations.Unresolved('module-missing', 'this PBX has no system recordings', 'install the FreePBX module System Recordings')
    text = destinations.fold(wish) if isinstance(wish, (str, int)) and not isinstance(wish, bool) else ''
    found = sorted(set(row[0] for row in pbx['recordings'] if text and text in (destinations.fold(row[1]), destinations.fold(row[0]))))
    if len(found) != 1:
        near = destinations.nearest(text, [row[1] for row in pbx['recordings']])
        said = 'this PBX has no system recording %s' if not found else 'this PBX has several system recordings %s'
        raise destinations.Unresolved('unknown-recording', 'announce: ' + said % destinations.shown(wish),
                                      'give the name of one, as System Recordings in FreePBX lists them' + near)
    if not _FILES.match(found[0]):
        raise destinations.Unresolved('recording-file', 'announce: the recording %s has a file name that cannot stand in the dialplan: %s'
                                      % (destinations.shown(wish), destinations.shown(found[0])), 'record it anew under a plain name')
    return found[0]


def wishes(queues, default, status_defaults=None, overflow=None):
    """Every destination mapping a wish names, as (variable, mapping); malformed parts are passed over here."""
    found = [(DEFAULT, default), (OVERFLOW, overflow)] + _of_routes(STATUS_DEFAULTS, status_defaults)
    for index, queue in enumerate(queues if isinstance(queues, list) else []):
        if isinstance(queue, dict):
            where = '%s[%d] (queue %s)' % (QUEUES, index, queue.get('queue'))
            found.append((where + '.default', queue.get('default')))
            found.extend(_of_routes(where + '.routes', queue.get('routes')))
    return [(where, destination) for where, destination in found if isinstance(destination, dict)]


def _of_routes(where, mapping):
    return [('%s.%s' % (where, status), destination) for status, destination in mapping.items()] if isinstance(mapping, dict) else []


def kinds_used(*wish):
    """The kinds of destination a wish names, so that only their tables are read."""
    return sorted(set(key for _where, destination in wishes(*wish) for key in destination if key in destinations.KINDS))

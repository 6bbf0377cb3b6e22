# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of destination and the strings FreePBX stores for them.

Pure: imports nothing of Ansible, SQL or processes. A new kind is one row of KINDS.
Source of the strings and tables: FreePBX 13 to 17, observed on 16.0.33.
"""
import difflib
import html
import re
import unicodedata
from collections import OrderedDict, namedtuple

from ansible.module_utils.freepbx_failover.findings import one_line

Lookup = namedtuple('Lookup', 'table id name where')
Lookup.__doc__ = """Where FreePBX keeps the objects of a kind: table, id column, SQL of the name, extra SQL condition ('' for none)."""

# Not a table but a key-value store, whose form depends on the version of FreePBX.
CUSTOM_DESTINATIONS = 'Custom Destinations'

Kind = namedtuple('Kind', 'name form lookup words pattern options')
Kind.__doc__ = """A kind of destination.

form: the string FreePBX stores, with {id}; lookup: where its objects are, None if it has none;
words: the values allowed when there is no lookup, None for any; pattern: what such a value must look like, None for any;
options: {option: {word: what goes into the form}}.
"""

# queues_config.dest; MySQL cuts a longer string without a word under FreePBX's usual sql_mode.
MAX_LENGTH = 50

# AST_MAX_CONTEXT and AST_MAX_EXTENSION of Asterisk, without the final NUL.
MAX_PART = 79

GREETINGS = OrderedDict([('unavailable', 'vmu'), ('busy', 'vmb'), ('none', 'vms'), ('instructions', 'vmi')])
TERMINATIONS = ('hangup', 'congestion', 'busy', 'zapateller', 'musiconhold', 'ring', 'no-service')


def _row(name, form, table=None, id_column=None, name_column=None, where='', words=None, pattern=None, options=None):
    lookup = Lookup(table, id_column, name_column, where) if table else None
    return name, Kind(name, form, lookup, words, re.compile(pattern) if pattern else None, options or {})


KINDS = OrderedDict([
    _row('extension', 'from-did-direct,{id},1', 'users', 'extension', 'name'),
    _row('voicemail', 'ext-local,{greeting}{id},1', 'users', 'extension', 'name',
         "voicemail NOT IN ('', 'novm', 'disabled')", options={'greeting': GREETINGS}),
    _row('queue', 'ext-queues,{id},1', 'queues_config', 'extension', 'descr'),
    _row('ring_group', 'ext-group,{id},1', 'ringgroups', 'grpnum', 'description'),
    _row('ivr', 'ivr-{id},s,1', 'ivr_details', 'id', 'name'),
    _row('announcement', 'app-announcement-{id},s,1', 'announcement', 'announcement_id', 'description'),
    _row('time_condition', 'timeconditions,{id},1', 'timeconditions', 'timeconditions_id', 'displayname'),
    _row('call_flow', 'app-daynight,{id},1', 'daynight', 'ext', "MAX(CASE dmode WHEN 'fc_description' THEN dest END)", '1 GROUP BY ext'),
    _row('conference', 'ext-meetme,{id},1', 'meetme', 'exten', 'description'),
    _row('misc_destination', 'ext-miscdests,{id},1', 'miscdests', 'id', 'description'),
    _row('directory', 'directory,{id},1', 'directory_details', 'id', 'dirname'),
    _row('callback', 'callback,{id},1', 'callback', 'callback_id', 'description'),
    _row('disa', 'disa,{id},1', 'disa', 'disa_id', 'displayname'),
    _row('set_caller_id', 'app-setcid,{id},1', 'setcid', 'cid_id', 'description'),
    _row('language', 'app-languages,{id},1', 'languages', 'language_id', 'description'),
    _row('queue_priority', 'app-queueprio,{id},1', 'queueprio', 'queueprio_id', 'description'),
    _row('voicemail_blast', 'vmblast-grp,{id},1', 'vmblast', 'grpnum', 'description'),
    _row('paging', 'app-pagegroups,{id},1', 'paging_config', 'page_group', 'description'),
    _row('trunk', 'ext-trunk,{id},1', 'trunks', 'trunkid', 'name'),
    _row('custom_destination', 'customdests,dest-{id},1', CUSTOM_DESTINATIONS, 'destid', 'description'),
    _row('terminate', 'app-blackhole,{id},1', words=TERMINATIONS),
    _row('number', 'from-internal,{id},1', pattern=r'\+?[0-9*#]{1,40}\Z'),
    _row('custom', '{id}'),
])

# What every route may say beside its destination: who the caller meets before he moves on.
ROUTE_OPTIONS = ('announce', 'caller_id_prefix', 'set_priority')

# A part of `context,extension,priority` that stands safely in a dialplan line: nothing Asterisk would evaluate or split at.
_PART = r'[A-Za-z0-9_+*#@.!&/-]+'
_RAW = re.compile(r'({0}),({0}),({0})\Z'.format(_PART))


class Unresolved(ValueError):
    """A destination that cannot be resolved: args are (code, message, remedy)."""


def is_raw(text):
    """Whether the text is a `context,extension,priority` that can stand in a dialplan row."""
    return bool(_RAW.match(text))


def fits_queue(text):
    """Whether a queue may be given this text as its fail-over destination: it stands raw in a line FreePBX writes. '' is none at all."""
    return not text or is_raw(text) and len(text) <= MAX_LENGTH


def fold(text):
    """A name as people compare it: without the GUI's HTML escapes, without regard to case, outer blanks and how accents are composed."""
    return unicodedata.normalize('NFC', html.unescape(str(text))).strip().casefold()


def kind_of(wish):
    """The one kind key of a destination mapping, and its options; raises Unresolved."""
    if not isinstance(wish, dict):
        raise Unresolved('destination-form', 'a destination must be a mapping like {queue: "600"}, not %s' % shown(wish),
                         'write one kind and its value')
    wish = dict((key, value) for key, value in wish.items() if key not in ROUTE_OPTIONS)
    kinds = [key for key in wish if key in KINDS]
    strange = [str(key) for key in wish if key not in KINDS and not any(key in kind.options for kind in KINDS.values())]
    if strange:
        options = sorted(set(option for kind in KINDS.values() for option in kind.options)) + list(ROUTE_OPTIONS)
        raise Unresolved('unknown-kind', 'unknown kind of destination or option %s' % ', '.join(shown(key)[1:-1] for key in sorted(strange)),
                         'the kinds are %s, the options beside them %s%s' % (
                             ', '.join(KINDS), ', '.join(options), nearest(strange[0], list(KINDS) + options)))
    if len(kinds) != 1:
        raise Unresolved('destination-form', 'a destination has exactly one kind, found %s' % (', '.join(kinds) or 'none'),
                         'the kinds are %s' % ', '.join(KINDS))
    kind = KINDS[kinds[0]]
    options = {key: value for key, value in wish.items() if key != kind.name}
    misplaced = sorted(key for key in options if key not in kind.options)
    if misplaced:
        raise Unresolved('unknown-option', '%s has no option %s' % (kind.name, ', '.join(misplaced)),
                         'leave it out' if not kind.options else 'its options are %s' % ', '.join(kind.options))
    return kind, options


def resolve(wish, objects):
    """The string FreePBX stores for a destination mapping.

    wish: one kind key with its value, options beside it. objects: {kind: [(id, name)]} as found on this PBX, None for a kind
    whose table is missing there. Raises Unresolved with a code, what was found and what to do.
    """
    kind, options = kind_of(wish)
    value = wish[kind.name]
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Unresolved('destination-form', '%s takes a number or a text, not %s' % (kind.name, shown(value)), 'quote the value')
    text = str(value).strip()
    parts = {'id': _find(kind, value, text, objects) if kind.lookup else _word(kind, text)}
    for option, words in kind.options.items():
        word = options.get(option, next(iter(words)))
        if not isinstance(word, str) or word not in words:
            raise Unresolved('unknown-word', '%s %s is not known' % (option, shown(word)), 'it is one of %s' % ', '.join(words))
        parts[option] = words[word]
    return checked(kind.form.format(**parts))


def checked(text):
    """The string itself, if it can stand in a queue's column and in a dialplan row; raises Unresolved."""
    if not is_raw(text):
        raise Unresolved('destination-form', '%s is not a context,extension,priority that can stand in a dialplan row' % shown(text),
                         'write three parts of letters, digits and _+*#@.!&/- joined by commas, as in "check-callstate,s-BUSY,1"')
    if text.split(',')[1].startswith('_'):
        raise Unresolved('destination-form', '%s is a pattern, not an extension, so no call can go there' % shown(text),
                         'give an extension that the pattern takes')
    longest = max(len(part) for part in text.split(','))
    if longest > MAX_PART:
        raise Unresolved('too-long', '%s has a part of %d characters, Asterisk takes %d' % (shown(text), longest, MAX_PART), 'shorten it')
    return text


def _word(kind, text):
    if kind.pattern is not None and not kind.pattern.match(text):
        raise Unresolved('destination-form', '%s %s is not one that can be dialled' % (kind.name, shown(text)),
                         'write digits, * and #, with a leading + if need be, in quotes')
    if kind.words is not None and text not in kind.words:
        raise Unresolved('unknown-word', '%s %s is not known' % (kind.name, shown(text)), 'it is one of %s' % ', '.join(kind.words))
    return text


def _find(kind, value, text, objects):
    rows = objects.get(kind.name)
    label = kind.name.replace('_', ' ')
    if rows is None:
        raise Unresolved('module-missing', 'this PBX has no %s: there is no table %s' % (label, kind.lookup.table),
                         'install the FreePBX module for it or choose another destination')
    ids, names = _index(kind.name, rows, objects)
    found = [text] if text in ids else names.get(fold(text), [])
    if len(found) == 1:
        return found[0]
    if found:
        raise Unresolved('ambiguous-name', '%s objects of kind %s have the name %s: %s' % (len(found), label, shown(text), ', '.join(found)),
                         'give the number instead')
    remedy = octal_trap(value, [row[0] for row in rows])
    if kind.name == 'voicemail':
        remedy = remedy or 'give the number of an extension that has voicemail enabled'
    near = nearest(text, [row[0] for row in rows] + [html.unescape(row[1] or '') for row in rows])
    raise Unresolved('unknown-destination', 'this PBX has no %s %s' % (label, shown(value)),
                     (remedy or 'give one that exists, or create it in FreePBX first') + near)


def _index(kind, rows, objects):
    """(ids, {folded name: [ids]}) of a kind's objects, made once for all routes that look there."""
    cache = objects.setdefault('', {})
    if kind not in cache:
        names = {}
        for number, name in rows:
            names.setdefault(fold(name), set()).add(number)
        names.pop('', None)
        cache[kind] = (set(row[0] for row in rows), dict((name, sorted(numbers)) for name, numbers in names.items()))
    return cache[kind]


def octal_trap(value, numbers):
    """The hint about unquoted numbers with a leading zero, '' where it cannot be that: 01600 unquoted is YAML for 896."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return ''
    meant = [number for number in numbers if number.startswith('0') and re.match(r'[0-7]+\Z', number) and int(number, 8) == value]
    example = meant[0] if meant else '01600'
    said = 'did you mean "%s"? ' % meant[0] if meant else ''
    return '%san unquoted number with a leading zero is read as octal by YAML (%s is %d), so quote it: "%s"' % (
        said, example, int(example, 8), example)


def nearest(text, names):
    near = difflib.get_close_matches(fold(text), [fold(name) for name in names if name], n=3, cutoff=0.6)
    shown = []
    for name in names:
        if name and fold(name) in near and name not in shown:
            shown.append(name)
    return ' (nearest: %s)' % ', '.join(shown[:3]) if shown else ''


def shown(value):
    """A value as the message shows it: quoted, one line, nothing a terminal would act on, not endless."""
    text = '"%s"' % value if isinstance(value, str) else repr(value)
    text = one_line(text)
    return text if len(text) <= 80 else text[:77] + '...'

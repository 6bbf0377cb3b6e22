# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's plain variables: numbers, yes or no, words, names, folders. Each mistake is a finding, and there is a value to go on with.

Pure: imports nothing of Ansible, SQL or processes. They are judged before the first change, since a wrong number of seconds would
otherwise be noticed by the last step only.
"""
from collections import OrderedDict

from ansible.module_utils.freepbx_failover import destinations
from ansible.module_utils.freepbx_failover.findings import error

PREFIX = 'queue_failover_'
# name: (least, most, default, what it counts)
NUMBERS = OrderedDict([
    ('max_hops', (1, 1000, 5, 'exits')), ('drain_s', (0, 86400, 120, 'seconds')), ('reload_busy_s', (0, 86400, 300, 'seconds')),
    ('proof_s', (0, 3600, 60, 'seconds'))])
FLAGS = OrderedDict([
    ('count_timeout', False), ('queue_log', True), ('user_event', True), ('derive_empty_policy', False), ('standby', False)])
WORDS = OrderedDict([('state', ('present', 'absent')), ('pending_changes', ('fail', 'apply', 'leave'))])
TEXTS = OrderedDict([('context', 'queue-failover'), ('custom_destination', 'Queue failover'), ('custom_destination_notes', '')])
PATHS = OrderedDict([('state_dir', ''), ('freepbx_conf', '/etc/freepbx.conf')])
MAPPINGS = OrderedDict([
    ('finding_severity', 'finding to severity; write {loop: warning}'),
    ('former_destinations', 'queue to destination; write {"600": "ext-local,vmu200,1"}')])

MAX_PATH = 1000
# Folders that belong to others too, and those the kernel makes up.
SHARED = ('', '/etc', '/var', '/var/lib', '/root', '/tmp')
KEEPING_NOTHING = ('/proc/', '/sys/', '/dev/')

_TRUE, _FALSE = ('true', 'yes', 'on', '1'), ('false', 'no', 'off', '0')


def judge(given):
    """({name: value}, findings) for the raw values {name without queue_failover_: value} that are given; one with a mistake gets its default."""
    values, findings = {}, []
    for names, rule in ((NUMBERS, _number), (FLAGS, _flag), (WORDS, _word), (TEXTS, _text), (PATHS, _path), (MAPPINGS, _mapping)):
        for name in names:
            if name in given:
                values[name], problem = rule(name, given[name])
                findings.extend([error('wrong-value', PREFIX + name, *problem)] if problem else [])
    findings.extend(twice(given.get('former_keys', ())))
    return values, findings


def twice(keys):
    """Findings about queues that stand in the mapping of former destinations once as a number and once as text; keys: all of its keys.

    JSON knows no number as a key, so the mapping itself arrives with one of the two.
    """
    names = [str(key).strip() for key in keys]
    return [error('former-destination', '%sformer_destinations[%s]' % (PREFIX, name), 'the queue stands there twice, as a number and as text',
                  'leave one of the two, in quotes') for name in sorted(set(names)) if names.count(name) > 1]


def _number(name, value):
    least, most, default, unit = NUMBERS[name]
    text = '' if isinstance(value, (bool, float)) else str(value).strip()
    if _is_whole(text) and least <= int(text) <= most:
        return int(text), None
    return default, ('%s is no number of %s' % (destinations.shown(value), unit),
                     'give a whole number from %d to %d, as in %d' % (least, most, default))


def _is_whole(text):
    """Whether these are plain digits, not too many of them to be a number of anything here."""
    return 0 < len(text) < 10 and all(character in '0123456789' for character in text)


def _flag(name, value):
    if isinstance(value, bool):
        return value, None
    text = value.strip().lower() if isinstance(value, str) else str(value) if value in (0, 1) else ''
    if text in _TRUE + _FALSE:
        return text in _TRUE, None
    return FLAGS[name], ('%s is neither true nor false' % destinations.shown(value), 'write one of the two without quotes')


def _word(name, value):
    if isinstance(value, str) and value in WORDS[name]:
        return value, None
    return WORDS[name][0], ('%s is not known' % destinations.shown(value), 'it is one of %s' % ', '.join(WORDS[name]))


def _text(name, value):
    if isinstance(value, str):
        return value, None
    return TEXTS[name], ('%s is no text' % destinations.shown(value), 'write a name in quotes')


def _path(name, value):
    wrong = 'is no absolute path of its own' if not isinstance(value, str) else _wrong_path(name, value)
    example = '/var/lib/queue-failover' if name == 'state_dir' else PATHS[name]
    return (PATHS[name], ('%s %s' % (destinations.shown(value), wrong), 'give one, as in %s' % example)) if wrong else (value, None)


def _wrong_path(name, path):
    """What is wrong with a path, '' if nothing is."""
    if len(path) >= MAX_PATH:
        return 'is too long for a path'
    if path == PATHS[name]:
        return ''
    if not path.startswith('/') or not path.isprintable() or name == 'state_dir' and path.rstrip('/') in SHARED:
        return 'is no absolute path of its own'
    return 'is in a folder that keeps no files' if name == 'state_dir' and path.startswith(KEEPING_NOTHING) else ''


def _mapping(name, value):
    if value is None or isinstance(value, dict):
        return value or {}, None
    return {}, ('%s is no mapping' % destinations.shown(value), 'it must be a mapping of %s' % MAPPINGS[name])

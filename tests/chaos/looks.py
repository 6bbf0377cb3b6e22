# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands on a PBX, compared with what stood there and with what the wish says; every comparison gives sentences."""
import base64
import json
import re
import subprocess
from pathlib import Path

import probe
import wishes

INSIDE = Path(__file__).resolve().parent / 'look_inside.py'
BEGIN, END, JOINED = b'; BEGIN queue_failover ', b'; END queue_failover ', b'(the line above had no line end)'
ENTRY = re.compile(r'-entry-[0-9a-f]+$')
WAIT = re.compile(r'VQ_MAXWAIT\}\)\}>0\]\?\$\{VQ_MAXWAIT\}: ?(\d*)')


def look(pbx):
    with open(INSIDE, 'rb') as script:
        done = subprocess.run(['podman', 'exec', '-i', pbx, 'python3', '-'], stdin=script, stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    found['custom'] = base64.b64decode(found['custom'])
    return found


def foreign(data):
    """(the bytes outside our blocks, sentences about marks that have lost their partner)."""
    kept, inside, lost = b'', None, []
    for line in data.splitlines(keepends=True):
        if line.startswith(BEGIN):
            lost += ['a block begins inside the block %s' % inside] if inside is not None else []
            inside = line[len(BEGIN):].split(b' ')[0].strip()
            kept = kept[:-1] if JOINED in line else kept
        elif line.startswith(END):
            lost += [] if inside == line[len(END):].strip() else ['%r does not end %s' % (line, inside)]
            inside = None
        elif inside is None:
            kept += line
    return kept, lost + (['the block %s has no end' % inside] if inside is not None else [])


def bytes_lost(before, after):
    """How many foreign bytes are no longer there as they were."""
    first, second = foreign(before)[0], foreign(after)[0]
    if first == second:
        return 0
    front = common(first, second)
    back = common(first[front:][::-1], second[front:][::-1])
    return max(1, len(first) - front - back)


def common(one, other):
    """How many bytes the two have in common at their beginning."""
    return next((index for index, (first, second) in enumerate(zip(one, other)) if first != second), min(len(one), len(other)))


def expected_settings(first, wish):
    """The four settings of every queue under the wish; first: those before anything of ours was there."""
    found = {queue: {key: list(values) for key, values in rows.items()} for queue, rows in first.items()}
    if wishes.is_absent(wish):
        return found
    for listed in wish['queue_failover_queues']:
        rows = found[listed['queue']]
        if wishes.entry(wish, listed['queue']):
            rows['dest'] = ['%s,s,1' % wish['queue_failover_context']]
        for option, key in (('max_wait', 'maxwait'), ('join_empty', 'joinempty'), ('leave_when_empty', 'leavewhenempty')):
            if option in listed:
                rows[key] = [str(listed[option])]
    return found


def others(destinations):
    """The Custom Destinations that are not ours."""
    return [row for row in destinations if json.loads(row)['target'] not in ['%s,s,1' % name for name in wishes.NAMES]]


def broken_off(first, now, before, after):
    """(foreign bytes lost, what is half written) after a run was broken off; before, after: the queues' settings of the two wishes."""
    half = foreign(now['custom'])[1]
    if now['stat'] != first['stat']:
        half.append('extensions_custom.conf has owner and mode %s, had %s' % (now['stat'], first['stat']))
    half += ['%s is no JSON' % path for path, text in now['state'].items() if path.endswith('.json') and not is_json(text)]
    if now['settings'] not in (before, after):
        half.append('the queues are neither as before nor as after: %s' % differences(now['settings'], before, after))
    return bytes_lost(first['custom'], now['custom']), half + disturbed(first, now, strays=False)


def disturbed(first, now, strays=True):
    """What is no longer as it was of all that is not ours."""
    found = []
    if now['rows'] != first['rows']:
        found.append('other rows of the database changed: %s' % sorted(set(now['rows']) ^ set(first['rows']))[:4])
    if others(now['destinations']) != others(first['destinations']):
        found.append("somebody else's Custom Destination changed")
    for name in sorted(set(now['hand_written']) | set(first['hand_written'])):
        stray = name.startswith('.queue_failover.') and name not in first['hand_written']
        if now['hand_written'].get(name) != first['hand_written'].get(name) and (strays or not stray):
            found.append('/etc/asterisk/%s %s' % (name, 'is left over' if name not in first['hand_written'] else 'is another one or gone'))
    if strays:
        found += ['%s is left over in the state folder' % path for path in now['state'] if '.queue_failover.' in path]
    return found


def strays(now):
    """Temporary files of ours, in /etc/asterisk and in the state folder."""
    return [name for name in list(now['hand_written']) + list(now['state']) if '.queue_failover.' in name]


def differences(now, before, after):
    return ['%s %s=%s' % (queue, key, values) for queue, rows in sorted(now.items()) for key, values in sorted(rows.items())
            if values not in (before[queue].get(key),) or values not in (after[queue].get(key),)][:12]


def is_json(text):
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def converged(first, now, wish):
    """Sentences about what is not as the wish says, in the database, in the file or in what Asterisk has loaded."""
    found, wanted = disturbed(first, now), expected_settings(first['settings'], wish)
    lost, half = bytes_lost(first['custom'], now['custom']), foreign(now['custom'])[1]
    found += ['%d foreign bytes lost' % lost] if lost else []
    found += half + (['owner or mode of extensions_custom.conf'] if now['stat'] != first['stat'] else [])
    if now['settings'] != wanted:
        found.append('the queues are not as wished: %s' % differences(now['settings'], wanted, wanted))
    found += ['need_reload is %s' % now['need_reload']] if now['need_reload'] != ['false'] else []
    mine = [row for row in now['destinations'] if row not in others(now['destinations'])]
    if len(mine) != (0 if wishes.is_absent(wish) else 1):
        found.append('%d Custom Destinations of ours' % len(mine))
    return found + loaded_differently(probe.parse(now['dialplan']), wanted, wish)


def loaded_differently(loaded, wanted, wish):
    """What Asterisk has loaded against the settings and the wish's routes."""
    found = ['queue %s points at %s, and %s is not loaded' % (queue, target, probe.broken(loaded, target))
             for queue, target in probe.targets(loaded).items() if target and probe.broken(loaded, target)]
    for queue, rows in sorted(wanted.items()):
        lines = loaded['ext-queues']['extensions'].get(queue, {})
        waits = [WAIT.search(line).group(1) for line in lines.values() if WAIT.search(line)]
        if [probe.targets(loaded).get(queue)] != rows['dest'] or waits[:1] != rows['maxwait']:
            found.append('queue %s is loaded with %s and %s' % (queue, probe.targets(loaded).get(queue), waits[:1]))
    names = [context for context in loaded if any(context == name or context.startswith(name + '-') for name in wishes.NAMES)]
    contexts = sorted(ENTRY.sub('-entry', context) for context in names)
    if contexts != expected_contexts(wish):
        found.append('the contexts %s are loaded' % contexts)
    return found + routes_differently(loaded, wish)


def expected_contexts(wish):
    if wishes.is_absent(wish):
        return []
    name = wish['queue_failover_context']
    queues = [listed['queue'] for listed in wish['queue_failover_queues'] if wishes.entry(wish, listed['queue'])]
    return sorted([name, name + '-default', name + '-entry'] + ['%s-%s' % (name, queue) for queue in queues])


def routes_differently(loaded, wish):
    """Rows of the tables that do not lead where the wish says."""
    found = []
    for listed in [] if wishes.is_absent(wish) else wish['queue_failover_queues']:
        table = loaded.get('%s-%s' % (wish['queue_failover_context'], listed['queue']), {'extensions': {}})['extensions']
        for status, destination in listed.get('routes', {}).items():
            row = table.get(status, {}).get('1', '')
            if re.split(r'[()^]', row)[1:2] != [wishes.string(destination)]:
                found.append('queue %s status %s leads to %s' % (listed['queue'], status, row))
    return found

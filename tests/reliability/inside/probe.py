# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on the test PBX: reads the loaded dialplan over and over and says whenever a queue's fail-over target is not in the same answer.

One `dialplan show` is one instant: Asterisk holds the lock of its contexts while it prints them. Lines on standard output:
up (connected), down, loaded (the dialplan is another one: the queues' targets), dangling (one a look), second (looks and gaps in it).
"""
import re
import sys
import time

from manager import Gone, connected, end_of_input, say

CONTEXT = re.compile(r"\[ Context '([^']+)' created by")
INCLUDE = re.compile(r"  Include =>\s+'([^']+)'")
NAME = re.compile(r"  '([^']+)' =>")
STEP = re.compile(r"(?:\s+\[([^\]]+)\])?\s+(\d+)\. (.*?)(?:\s+\[[^\]]*\])?$")
TARGET = re.compile(r'GotoIf\(\$\["\$\{QDEST\}"=""\]\?(.*?):\$\{CUT')
PLAIN_GOTO = re.compile(r'Goto\(([^,${}]+),([^,${}]+),([^,${}]+)\)$')


def parse(text):
    """{context: {'includes': [context], 'extensions': {extension: {priority or label: application}}}} of `dialplan show`."""
    found, context, extension = {}, {}, {}
    for line in text.splitlines():
        line = line[8:] if line.startswith('Output: ') else line
        header, include, name = CONTEXT.match(line), INCLUDE.match(line), NAME.match(line)
        if header:
            context = found.setdefault(header.group(1), {'includes': [], 'extensions': {}})
            continue
        if include:
            context['includes'].append(include.group(1))
            continue
        if name:
            extension = context['extensions'].setdefault(name.group(1), {})
        step = STEP.match(line, name.end() if name else 0)
        if step:
            label, priority, application = step.groups()
            extension.update({priority: application}, **({label: application} if label else {}))
    return found


def matches(pattern, extension):
    """Whether an extension pattern of Asterisk matches."""
    signs = {'X': '[0-9]', 'Z': '[1-9]', 'N': '[2-9]', '.': '.+', '!': '.*'}
    parts = re.findall(r'\[[^\]]*\]|.', pattern[1:])
    return re.match(''.join(part if len(part) > 1 else signs.get(part.upper(), re.escape(part)) for part in parts) + r'\Z', extension)


def step(loaded, context, extension, priority, depth=0):
    """The application at that place, None if there is none; patterns and includes are followed."""
    if context not in loaded or depth > 9:
        return None
    extensions = loaded[context]['extensions']
    names = [extension] if extension in extensions else [name for name in extensions if name.startswith('_') and matches(name, extension)]
    for name in names:
        if priority in extensions[name]:
            return extensions[name][priority]
    for include in loaded[context]['includes']:
        application = step(loaded, include, extension, priority, depth + 1)
        if application is not None:
            return application
    return None


def broken(loaded, target):
    """The place that is missing on the way from a target on, through plain Gotos; None if all is there."""
    place = target
    for _hop in range(4):
        parts = place.split(',')
        application = step(loaded, *parts) if len(parts) == 3 else None
        if application is None:
            return place
        onward = PLAIN_GOTO.match(application)
        if not onward:
            return None
        place = ','.join(onward.groups())
    return None


def targets(loaded):
    """{queue: its fail-over target as loaded} of every queue; None where a queue has no line that says so."""
    queues = loaded.get('ext-queues', {'extensions': {}})['extensions']
    return {queue: (TARGET.match(lines.get('gotodest', '')) or [None, None])[1] for queue, lines in queues.items() if queue[0].isdigit()}


def judge(text):
    """({queue: target}, [[queue, target, what is missing]]) of one answer."""
    loaded = parse(text)
    found = targets(loaded)
    missing = [[queue, target, broken(loaded, target)] for queue, target in sorted(found.items()) if target]
    return found, [entry for entry in missing if entry[2]]


class Seconds:
    """Counts looks by the second, the longest time between two looks, and how long Asterisk took to answer."""

    def __init__(self):
        self.before, self.second = None, 0
        self._begin(0)

    def _begin(self, second):
        self.second, self.looks, self.gap, self.answer, self.waited = second, 0, 0.0, 0.0, 0.0

    def count(self, asked, answered):
        if int(asked) != self.second:
            if self.looks:
                say(kind='second', t=self.second, looks=self.looks, gap=round(self.gap, 4), answer=round(self.answer, 4), waited=round(self.waited, 4))
            self._begin(int(asked))
        self.looks += 1
        self.waited += answered - asked
        self.gap = max(self.gap, asked - self.before if self.before else 0)
        self.answer = max(self.answer, answered - asked)
        self.before = asked


def look(manager, interval, stopped):
    """Look until stopped; each look begins `interval` seconds after the last one began, at once if that took longer."""
    counting, last, found, missing = Seconds(), None, {}, []
    while not stopped():
        asked = time.time()
        text = manager.command('dialplan show')
        answered = time.time()
        if text != last:
            last = text
            found, missing = judge(text.decode('utf-8', 'replace').replace('\r', ''))
            say(kind='loaded', t=answered, targets=found)
        for queue, target, place in missing:
            say(kind='dangling', asked=asked, t=answered, queue=queue, target=target, missing=place)
        counting.count(asked, answered)
        time.sleep(max(0, interval - (time.time() - asked)))
    counting.count(counting.second + 1, counting.second + 1)


def main(interval):
    while not end_of_input():
        manager = connected(end_of_input)
        try:
            if manager:
                look(manager, interval, end_of_input)
        except Gone as problem:
            say(kind='down', t=time.time(), why=str(problem))


if __name__ == '__main__':
    main(float(sys.argv[1]))

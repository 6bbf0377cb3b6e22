# SPDX-License-Identifier: GPL-3.0-or-later
"""Has somebody edited the hand-written dialplan and not loaded it yet? A reload of ours would put that edit in force.

Pure: imports nothing of Ansible, SQL or processes. Line numbers are no help: our own block moves the lines behind it. So the
texts are compared: what Asterisk has loaded from a file must still stand in it, and each extension in it must be loaded.
"""
import re
from collections import OrderedDict, namedtuple

from ansible.module_utils.freepbx_failover import dialplan

# Asterisk takes these words in any case. A priority: 1, n, n+2, s, hint, label+101, each with a label of its own in brackets.
_PRIORITY = r'([\w-]+)\s*(?:\+\s*(\d+))?\s*(?:\(([^)]*)\))?(?:\+(\d+))?\s*,\s*(.*)\Z'
_EXTEN = re.compile(r'exten\s*=>?\s*([^,]+),\s*' + _PRIORITY, re.I)
_SAME = re.compile(r'same\s*=>?\s*' + _PRIORITY, re.I)
# An extension that Asterisk loads under the name it is written with: no variable in it, no caller id, none of the dashes it drops.
_PLAIN = re.compile(r'[\w.*#+!\[\]]+\Z')

_Written = namedtuple('_Written', 'applications extensions')
_Written.__doc__ = """applications: every one that is written; extensions: {(context, extension): {priority: application}} of those that are
loaded under their own name, without priorities where a template or an odd line makes their numbers uncertain."""

_Step = namedtuple('_Step', 'word plus label application')


def edits(data, name, loaded, ours):
    """Sentences about what of this file is not loaded as it stands, [] if it all is.

    data: the file without our blocks; name: its base name, as `dialplan show` gives it; loaded: of dialplan.parse_show for
    all contexts; ours: a test of a context's name, whether it is ours.
    """
    written = _written(data)
    seen = set(_squeezed(priority.application) for context, found in loaded.items() if not ours(context)
               for priorities in found.values() for priority in priorities.values() if priority.source == name)
    # Asterisk prints a very long line cut short.
    gone = sorted(text for text in seen - written.applications if not any(line.startswith(text) for line in written.applications))
    found = ['%s is loaded from %s but no longer written there' % (text, name) for text in gone]
    for (context, extension), priorities in written.extensions.items():
        if not ours(context):
            found.extend(_extension_edits('%s,%s' % (context, extension), priorities, loaded.get(context, {}).get(extension), name))
    return found


def _extension_edits(place, written, loaded, name):
    """Of two equal priorities Asterisk keeps the first it meets, in whatever file: only a line that is loaded from this one must be alike."""
    if loaded is None:
        return ['%s is written in %s but not loaded' % (place, name)]
    found = []
    for number, text in written.items():
        row = loaded.get(number)
        if row is None:
            found.append('%s,%d is written in %s but not loaded' % (place, number, name))
        elif row.source == name and not text.startswith(_squeezed(row.application)):
            found.append('%s,%d is loaded as %s and written otherwise in %s' % (place, number, row.application[:60], name))
    return found[:1]


def _written(data):
    """What is written, numbered as Asterisk numbers it; lines it would not load, an `n` without a priority before it say, are passed over."""
    found, labels, last = _Written(set(), OrderedDict()), {}, None
    for context, certain, extension, step in _steps(data):
        found.applications.add(step.application)
        if not context or not extension:
            continue
        place = (context, extension)
        known = labels.setdefault(place, {})
        # Asterisk counts on from the line before, of whatever extension that was.
        last = last if step.word == 'hint' else _number(step, last, known)
        if not _PLAIN.match(extension) or last is None and step.word != 'hint':
            continue
        priorities = found.extensions.setdefault(place, OrderedDict())
        if certain and step.word != 'hint':
            priorities.setdefault(last, step.application)
            known.setdefault(step.label, last)
    return found


def _steps(data):
    """(context or None in a template, whether it takes nothing over from a template, extension, _Step) of each line that is one."""
    context, certain, extension = None, True, None
    for line in dialplan.significant_lines(data)[0]:
        content = line.text.decode('utf-8', 'replace')
        if dialplan.is_header(line):
            context = None if dialplan.is_template(line) else dialplan.headers([line])[0][0]
            certain = not dialplan.has_template(line)
            continue
        exten, same = _EXTEN.match(content), _SAME.match(content)
        if not exten and not same:
            continue
        extension = exten.group(1).strip() if exten else extension
        word, plus, label, more, application = exten.groups()[1:] if exten else same.groups()
        word = word.lower() if word.lower() in ('hint', 'n', 'next', 's', 'same') else word
        yield context, certain, extension, _Step(word, int(plus or more or 0), label, _squeezed(application))


def _number(step, last, labels):
    """The priority that a step gets behind the priority `last`, None if Asterisk refuses it there."""
    before = int(step.word) if step.word.isdigit() else last if step.word in ('s', 'same', 'n', 'next') else labels.get(step.word, last)
    return None if before is None else before + step.plus + (step.word in ('n', 'next'))


def _squeezed(application):
    """An application without what Asterisk adds or drops when it loads a line: blanks, quotes, backslashes, the outer brackets."""
    return re.sub(r'[\s\\"(),]', '', application)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading dialplan text: contexts and their lines in extensions_*.conf, and what `dialplan show` prints.

Pure: imports nothing of Ansible, SQL or processes. Files are bytes: many carry comments in cp1251 or other encodings.
"""
import re
from collections import OrderedDict, namedtuple

Priority = namedtuple('Priority', 'application label source line')
Priority.__doc__ = """One priority: `App(data)`, its label or None, and the file and line it came from (None where not known)."""

_BOM = b'\xef\xbb\xbf'  # Asterisk skips it at the start of a file
_HEADER = re.compile(br'[ \t]*\[([^\]\r\n]+)\]')
_TEMPLATE = re.compile(br'[ \t]*\[[^\]\r\n]+\][ \t]*\([^)]*!')
_HAS_TEMPLATE = re.compile(br'[ \t]*\[[^\]\r\n]+\][ \t]*\((?![ \t+]*\))')
# Asterisk takes these words in any case.
_INCLUDE = re.compile(br'[ \t]*#(?:try)?include[ \t]+(?:"([^"]+)"|<([^>]+)>|([^\s;]+))', re.I)
_EXTEN = re.compile(r'exten\s*=>?\s*([^,]+),(\w+)(?:\(([^)]*)\))?,(.*)\Z')
_SAME = re.compile(r'same\s*=>?\s*(\w+)(?:\(([^)]*)\))?,(.*)\Z')
_SHOWN_CONTEXT = re.compile(r"\[ (?:C|Included c)ontext '([^']+)' created by '([^']*)' \]")
_SHOWN_PRIORITY = re.compile(
    r"  (?:'([^']*)'(?: \(CID match '[^']*'\))? =>|   \[([^\]]+)\])?\s*(?:(\d+)\. |hint: )(.*?)\s*\[([^\[\]]*?)(?::(\d+))?\]\s*\Z")
_QUEUE_MAX_WAIT = re.compile(r'Set\(QMAXWAIT=.*:([^:)]*)\)\}\)\Z')
_QUEUE_DESTINATION = re.compile(r'GotoIf\(\$\["\$\{QDEST\}"=""\]\?(.*?):')

_SHOWN_EXTENSION = re.compile(r"^  '[^\n]*=> +", re.M)
_SHOWN_STEP = re.compile(r"^(?:  '[^\n]*=>| +)(?: *\[[^\]\n]+\])? +(?:\d+\. |hint: )", re.M)
_SHOWN_TOTAL = re.compile(r'^-= (\d+) extensions? \((\d+) priorit\w+\) in (\d+) contexts?\. =-', re.M)

Line = namedtuple('Line', 'number text')
Line.__doc__ = """A significant line: its number from 1 and its bytes without comment and outer blanks."""


def significant_lines(data):
    """The lines Asterisk sees: without `;` comments and `;-- --;` blocks. Returns ([Line], None or the line that leaves a block open).

    As config.c reads them: blocks nest, and a `--;` too many hides what follows just as a missing one does.
    """
    lines, depth, opened = [], 0, None
    data = data[len(_BOM):] if data.startswith(_BOM) else data
    for number, raw in enumerate(data.split(b'\n'), 1):
        text, after = _uncomment(raw, depth)
        if text.strip():
            lines.append(Line(number, text.strip()))
        opened = None if not after else opened if depth else number
        depth = after
    return lines, opened


def _uncomment(raw, depth):
    """(one line without its comments, how deep in blocks the next one starts); a lone `--;` hides only the lines after its own."""
    kept, start, seen = b'', 0, depth == 0
    while True:
        at = raw.find(b';', start)
        if at < 0:
            return kept + (raw[start:] if seen else b''), depth
        upto = raw[start:at + 1] if seen else b''
        if at > start and raw[at - 1:at] == b'\\':
            kept, start = kept + upto, at + 1
        elif raw[at:at + 3] == b';--' and raw[at + 3:at + 4] != b'-':
            kept, start, depth, seen = kept + upto[:-1], at + 3, depth + 1, False
        elif at >= start + 2 and raw[at - 2:at] == b'--':
            kept, start, depth = kept + upto, at + 1, depth - 1
            seen = seen or depth == 0
        elif depth:
            kept, start = kept + upto, at + 1
        else:
            return kept + upto[:-1], depth


def headers(lines):
    """[(context, line number)] of the significant lines that open a context; [name](+) adds to one and counts too."""
    found = []
    for line in lines:
        match = _HEADER.match(line.text)
        if match:
            found.append((match.group(1).decode('utf-8', 'replace'), line.number))
    return found


def includes(lines):
    """The patterns of #include and #tryinclude among the significant lines."""
    matches = [_INCLUDE.match(line.text) for line in lines]
    return [next(group for group in match.groups() if group).decode('utf-8', 'surrogateescape') for match in matches if match]


def is_header(line):
    return bool(_HEADER.match(line.text))


def is_template(line):
    """Whether a header opens a template, [name](!): Asterisk gives its lines to the contexts made from it and loads no context of its name."""
    return bool(_TEMPLATE.match(line.text))


def has_template(line):
    """Whether a header opens a template or takes lines over from one, [name](!) or [name](other)."""
    return bool(_HAS_TEMPLATE.match(line.text))


def parse_contexts(text):
    """{context: {extension: {priority: Priority}}} of a block in the simple form we write: exten =>, same => n(label).

    Lines of another form, in a block that was edited by hand, are passed over: such a block is written anew anyway.
    """
    contexts, context, extension, last = OrderedDict(), None, None, 0
    for line in significant_lines(text.encode('utf-8', 'replace'))[0]:
        content = line.text.decode('utf-8', 'replace')
        if is_header(line):
            context = contexts.setdefault(headers([line])[0][0], OrderedDict())
            continue
        exten, same = _EXTEN.match(content), _SAME.match(content)
        if context is None or not (exten or same and extension):
            continue
        extension = exten.group(1) if exten else extension
        word, label, application = exten.groups()[1:] if exten else same.groups()
        if word != 'n' and not word.isdigit():
            continue
        last = last + 1 if word == 'n' else int(word)
        context.setdefault(extension, OrderedDict())[last] = Priority(application.strip(), label, None, None)
    return contexts


def parse_show(text, wanted=None):
    """{context: {extension: {priority: Priority}}} of what `dialplan show` printed; other lines, warnings say, are passed over.

    wanted: a test of a context's name, to leave the others unread. Asterisk prints the label of every priority but an
    extension's first.
    """
    contexts = OrderedDict()
    starts = list(_SHOWN_CONTEXT.finditer(text))
    for match, end in zip(starts, [match.start() for match in starts[1:]] + [len(text)]):
        name = match.group(1)
        if wanted is None or wanted(name):
            contexts.setdefault(name, OrderedDict()).update(_shown_extensions(text[match.end():end]))
    return contexts


def shows_contexts(text):
    """Whether `dialplan show` printed any context at all."""
    return bool(_SHOWN_CONTEXT.search(text))


def is_whole(text):
    """Whether `dialplan show` printed as many lines as its last line counts.

    `asterisk -rx` gives up on a line that its reader does not take within 100 ms, so on a busy PBX one may be missing.
    """
    counted = _SHOWN_TOTAL.findall(text)
    lines = tuple(str(len(pattern.findall(text))) for pattern in (_SHOWN_EXTENSION, _SHOWN_STEP, _SHOWN_CONTEXT))
    return counted[-1:] == [lines]


def _shown_extensions(text):
    extensions, extension = OrderedDict(), None
    for line in text.splitlines():
        match = _SHOWN_PRIORITY.match(line)
        if not match:
            continue
        if match.group(1) is not None:
            extension = extensions.setdefault(match.group(1), OrderedDict())
        if extension is not None and match.group(3):
            extension[int(match.group(3))] = Priority(
                match.group(4), match.group(2), match.group(5), int(match.group(6)) if match.group(6) else None)
    return extensions


def differences(wanted, loaded, file_name):
    """What keeps the wanted contexts from being loaded as they stand, as sentences; [] when they are in force.

    wanted: of parse_contexts; loaded: of parse_show; file_name: the base name of the file they must come from.
    """
    found = []
    for context, extensions in wanted.items():
        if context not in loaded:
            found.append('context %s is not loaded' % context)
            continue
        for extension in sorted(set(extensions) | set(loaded[context])):
            found.extend(_extension_differences(
                '%s,%s' % (context, extension), extensions.get(extension, {}), loaded[context].get(extension, {}), file_name))
    return found


def _extension_differences(place, wanted, loaded, file_name):
    found = []
    for priority in sorted(set(wanted) | set(loaded)):
        here = '%s,%d' % (place, priority)
        if priority not in loaded:
            found.append('%s is not loaded' % here)
        elif priority not in wanted:
            found.append('%s is loaded from %s though it is not ours' % (here, origin(loaded[priority])))
        elif loaded[priority].application != wanted[priority].application:
            found.append('%s is loaded as %s' % (here, loaded[priority].application))
        elif loaded[priority].source not in (file_name, 'pbx_config'):
            found.append('%s is loaded from %s' % (here, origin(loaded[priority])))
    return found


def origin(priority):
    return '%s:%s' % (priority.source, priority.line) if priority.line else str(priority.source)


def loaded_queues(contexts):
    """{queue: (fail-over destination, max wait)} that Asterisk has loaded in ext-queues; None for a part that is not found."""
    found = {}
    for extension, priorities in contexts.get('ext-queues', {}).items():
        destination = max_wait = None
        for priority in priorities.values():
            to = _QUEUE_DESTINATION.match(priority.application)
            wait = _QUEUE_MAX_WAIT.match(priority.application)
            destination = to.group(1) if to else destination
            max_wait = wait.group(1).strip() if wait else max_wait
        if destination is not None:
            found[extension] = (destination, max_wait)
    return found


def extension_lines(data, context):
    """{extension: [line numbers]} of what a file defines in a context."""
    found, here = {}, None
    for line in significant_lines(data)[0]:
        if is_header(line):
            here = headers([line])[0][0]
        match = re.match(br'exten\s*=>?\s*([^,\s]+)\s*,', line.text, re.I)
        if match and here == context:
            found.setdefault(match.group(1).decode('utf-8', 'replace'), []).append(line.number)
    return found


def virtual_queues(data):
    """The lines of a file that set VQ_DEST to something, as a virtual queue (VQ Plus) does before it calls a real one."""
    if b'VQ_DEST=' not in data:
        return []
    return [line.number for line in significant_lines(data)[0] if re.search(br'Set\(_{0,2}VQ_DEST=[^)\s]', line.text, re.I)]

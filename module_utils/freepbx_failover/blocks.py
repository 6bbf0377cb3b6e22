# SPDX-License-Identifier: GPL-3.0-or-later
"""Our marked blocks in a file that belongs to others: find, put, take out, byte for byte.

Pure: imports nothing of Ansible, SQL or processes. Everything outside a block stays as it is, line ends and encodings included.
"""
import functools
import re
from collections import namedtuple

from ansible.module_utils.freepbx_failover import dialplan, tables
from ansible.module_utils.freepbx_failover.findings import Refusal

Block = namedtuple('Block', 'name start end first last text joined')
Block.__doc__ = """A marked block: bytes start..end of the file, lines first..last, its text between the marks; joined: whether we
had to end the line before it, because the file had no final line end."""

# As deep as Asterisk follows them.
MAX_INCLUDES = 10

_JOINED = b' (the line above had no line end)'
_MARK = re.compile(br'^; (BEGIN|END) queue_failover ([A-Za-z0-9_-]+)(' + re.escape(_JOINED) + br')?[ \t]*\r?$', re.M)


# A run looks at the same file, and at what it would become, a dozen times.
@functools.lru_cache(maxsize=4)
def find(data):
    """The blocks of a file in their order. Raises Refusal when a mark has lost its partner."""
    blocks, opened = [], None
    for match in _MARK.finditer(data):
        kind, name, line = match.group(1), match.group(2).decode(), data.count(b'\n', 0, match.start()) + 1
        if kind == b'BEGIN':
            if opened:
                raise Refusal(_lonely('BEGIN', opened))
            opened = (name, line, match)
            continue
        if not opened or opened[0] != name:
            raise Refusal(_lonely('END', (name, line)))
        end = match.end() + 1 if data[match.end():match.end() + 1] == b'\n' else match.end()
        begin = opened[2]
        blocks.append(Block(name, begin.start(), end, opened[1], line, data[begin.end() + 1:match.start()], bool(begin.group(3))))
        opened = None
    if opened:
        raise Refusal(_lonely('BEGIN', opened))
    _refuse_doubled(blocks)
    for block in blocks:
        _refuse_strangers(block)
    return tuple(blocks)


def _refuse_doubled(blocks):
    first = {}
    for block in blocks:
        if block.name in first:
            raise Refusal('extensions_custom.conf has two blocks "queue_failover %s", at line %d and line %d; delete one of the two, then run again'
                          % (block.name, first[block.name], block.first))
        first[block.name] = block.first


def _refuse_strangers(block):
    """Whatever stands between our marks is written anew or taken out; what is plainly somebody else's must not be there."""
    _refuse_renamed(block)
    for line in dialplan.significant_lines(block.text)[0]:
        here = 'line %d of extensions_custom.conf' % (block.first + line.number)
        end = 'move it behind the line "; END queue_failover %s", then run again' % block.name
        if dialplan.is_header(line) and not tables.is_ours(dialplan.headers([line])[0][0], block.name):
            raise Refusal('%s: context [%s] stands inside our block but is not ours; %s' % (here, dialplan.headers([line])[0][0], end))
        if dialplan.includes([line]) or line.text.startswith(b'#'):
            raise Refusal('%s: "%s" stands inside our block but is not ours; %s' % (here, line.text.decode('utf-8', 'replace')[:60], end))


def _refuse_renamed(block):
    """Marks with another name than the contexts between them, which are plainly ours: an entry and what is derived from its name."""
    names = [context for context, _line in dialplan.headers(dialplan.significant_lines(block.text)[0])]
    if any(tables.is_ours(name, block.name) for name in names):
        return
    entries = [name for name in names if any(name != other and tables.is_ours(other, name) for other in names)]
    if entries:
        raise Refusal('lines %d and %d of extensions_custom.conf are our marks with the name "%s", but what stands between them is context [%s]; write '
                      'that name into both marks, then run again' % (block.first, block.last, block.name, entries[0]))


def _lonely(kind, mark):
    other = 'END' if kind == 'BEGIN' else 'BEGIN'
    return ('line %d of extensions_custom.conf has the mark "%s queue_failover %s" without its %s mark; '
            'put the missing mark back, or delete what is left of that block, then run again' % (mark[1], kind, mark[0], other))


def put(data, name, text):
    """The file with the block of that name holding the text; a new block goes to the end."""
    for block in find(data):
        if block.name == name:
            return data[:block.start] + _marked(name, text, block.joined) + data[block.end:]
    joined = bool(data) and not data.endswith(b'\n')
    return data + (b'\n' if joined else b'') + _marked(name, text, joined)


def take_out(data, names):
    """The file without the blocks of those names: byte for byte what it was before they were put."""
    for block in reversed(find(data)):
        if block.name in names:
            data = _without(data, block)
    return data


def _without(data, block):
    """The file without the block. The line end we added before it goes too, or is the next block's to take along."""
    before, after = data[:block.start], data[block.end:]
    if block.joined and not after:
        return before[:-1]
    if block.joined and _MARK.match(after):
        first, rest = after.split(b'\n', 1)
        return before + first.rstrip(b'\r') + _JOINED + b'\n' + rest
    return before + after


def _marked(name, text, joined):
    mark = name.encode()
    text = text if not text or text.endswith(b'\n') else text + b'\n'
    return b'; BEGIN queue_failover ' + mark + (_JOINED if joined else b'') + b'\n' + text + b'; END queue_failover ' + mark + b'\n'


def conflicts(data, ours, file_name, included=lambda name: []):
    """Sentences about foreign lines of this file that would change our contexts, or ours that would never load.

    ours: a test of a context's name, whether it must be ours alone; included: from a name in an #include line to [(path, bytes)].
    """
    found = []
    blocks = find(data)
    lines, unclosed = dialplan.significant_lines(data)
    if unclosed is not None:
        found.append('%s line %d leaves a block comment open (a ";--" without its "--;", or a "--;" too many), so Asterisk would not read '
                     'our block; mend that comment' % (file_name, unclosed))
    inside = [range(block.first, block.last + 1) for block in blocks]
    found.extend('%s line %d: our block stands in a block comment (";--"), so Asterisk does not read it; take the comment out' % (file_name, block.first)
                 for block in blocks if unclosed is None and dialplan.significant_lines(block.text)[0] and not any(
                     block.first < line.number < block.last for line in lines))
    for context, number in dialplan.headers(lines):
        if ours(context) and not any(number in span for span in inside):
            found.append('context [%s] is written by hand in %s line %d; rename one of the two (queue_failover_context)'
                         % (context, file_name, number))
    for block in blocks:
        behind = [line for line in lines if line.number > block.last]
        ends = [index for index, line in enumerate(behind) if any(line.number in span for span in inside)]
        for path, line in _headless(behind[:ends[0]] if ends else behind, file_name, included, MAX_INCLUDES):
            found.append('%s line %d ("%s") stands behind our block without a context header of its own, so it would join our context; '
                         'move it above our block or give it its header' % (path, line.number, line.text.decode('utf-8', 'replace')[:60]))
    return found


def _headless(lines, path, included, depth):
    """(file, line) of what stands before the first header, in the files that these lines include too. Returns whether a header came."""
    for line in lines:
        if dialplan.is_header(line):
            return True
        names = dialplan.includes([line])
        if not names:
            yield path, line
        for other, data in included(names[0]) if names and depth else ():
            if (yield from _headless(dialplan.significant_lines(data)[0], other, included, depth - 1)):
                return True
    return False


def contexts(found):
    """The names of the contexts that stand in these blocks."""
    return set(name for block in found for name, _lines in sections(block.text))


def retire(data, name, text):
    """The file with every entry context that the new text no longer has moved into a block of its own.

    A call may still be in it: its lines must stay as they are until the call has left.
    """
    kept = set(dialplan.parse_contexts(text.decode('utf-8')))
    for block in find(data):
        if block.name != name:
            continue
        for context, lines in sections(block.text):
            if context.startswith(name + '-entry-') and context not in kept:
                data = put(data, context, lines)
    return data


def sections(text):
    """[(context, its lines with the header)] of a block's text."""
    starts = list(re.finditer(br'^\[([^\]\n]+)\]', text, re.M))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return [(match.group(1).decode(), text[match.start():end]) for match, end in zip(starts, ends)]

# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Asterisk comes through the #include lines from extensions.conf to our file, as config.c reads them.

Pure: imports nothing of Ansible, SQL or processes. Seen on 16.28 and 22.10: one line #include without a single file that can be read,
in whatever file it stands, and Asterisk loads nothing at all; a #tryinclude does no harm, nor does what stands behind it; a file that
leads back to itself is loaded ten times over, which somebody else's lines stand and ours do not.
"""
import re
from collections import namedtuple

from ansible.module_utils.freepbx_failover import dialplan
from ansible.module_utils.freepbx_failover.findings import error

File = namedtuple('File', 'path real data wrong')
File.__doc__ = """A file as it is found: path as written, real without symbolic links, its bytes, and what is wrong with it: one of WRONG or ''."""

_ANY = re.compile(br'#(?:try)?include', re.I)

MISSING, FOLDER, OTHER, UNREADABLE = 'missing', 'folder', 'other', 'unreadable'
_WRONG = {MISSING: 'is not there', FOLDER: 'is a folder', OTHER: 'is no file', UNREADABLE: 'Asterisk may not read'}
_REMEDIES = {
    MISSING: 'write that file, or make it #tryinclude', FOLDER: 'name a file, or make it #tryinclude', OTHER: 'put a file there, or make it #tryinclude',
    UNREADABLE: 'give it to Asterisk (chown asterisk:asterisk, chmod 664), or make it #tryinclude'}


def judge(start, ours, look):
    """Findings about the way from one file to ours.

    start: the path of extensions.conf; ours: the real path of our file, which may be missing since we write it;
    look: from a name as an #include has it to the Files it means.
    """
    first = look(start)[0]
    if first.wrong:
        return [_unusable(first, 'loads no dialplan')]
    seen, found = {first.real}, []
    _walk(first, (first,), True, ours, look, seen, found)
    if ours not in seen and not found:
        name = ours.rsplit('/', 1)[-1]
        found.append(error('dialplan-file', start, 'it includes no %s, so Asterisk would not load our block' % name, 'add the line #include %s' % name))
    return found


def _unusable(file, so):
    """The finding about a file that must be there, extensions.conf or ours. so: what Asterisk does without it."""
    if file.wrong == UNREADABLE:
        return error('dialplan-file', file.path, 'Asterisk may not read it and so ' + so, 'give it to Asterisk: chown asterisk:asterisk %s; chmod 664 %s'
                     % (file.path, file.path))
    return error('dialplan-file', file.path, 'it %s, so Asterisk %s' % (_WRONG[file.wrong], so), "put FreePBX's own back, which comes with its module Core")


def _walk(here, way, needed, ours, look, seen, found):
    """Follow the #include lines of a file. way: the files that lead here; needed: whether they all are #include and not #tryinclude."""
    # A file may be large, and most have no such line.
    for line in dialplan.significant_lines(here.data)[0] if _ANY.search(here.data) else ():
        names = dialplan.includes([line]) if line.text.startswith(b'#') else ()
        if not names:
            continue
        required = needed and not line.text.lower().startswith(b'#try')
        files = look(names[0])
        mine = [file for file in files if file.real == ours]
        if mine and mine[0].wrong not in ('', MISSING):
            found.append(_unusable(mine[0], 'would not load our block'))
        elif required and not mine and all(file.wrong for file in files):
            found.append(_nothing_to_read(here, line, names[0], files))
        for file in files:
            _follow(here, line, way, file, required, ours, look, seen, found)


def _follow(here, line, way, file, needed, ours, look, seen, found):
    if file.wrong:
        seen.update([file.real] if file.wrong == MISSING else [])
    elif file.real in [above.real for above in way]:
        circle = way[[above.real for above in way].index(file.real):] + (file,)
        if ours in [above.real for above in circle]:
            found.append(error('dialplan-file', '%s line %d' % (here.path, line.number), 'this #include leads back to where it stands (%s), so Asterisk '
                               'would load our block ten times over' % ' -> '.join(above.path for above in circle), 'take the line out'))
    elif file.real not in seen:
        seen.add(file.real)
        _walk(file, way + (file,), needed, ours, look, seen, found)


def _nothing_to_read(here, line, name, files):
    where, last = '%s line %d' % (here.path, line.number), ', so Asterisk reloads no dialplan'
    if not files:
        return error('missing-include', where, 'it includes %s, which no file matches' % name + last, _REMEDIES[MISSING])
    wrong = files[0].wrong
    if wrong == MISSING:
        return error('missing-include', where, 'it includes %s, which is not there' % name + last, _REMEDIES[MISSING])
    return error('dialplan-file', where, 'it includes %s, which %s%s' % (files[0].path, _WRONG[wrong], last), _REMEDIES[wrong])

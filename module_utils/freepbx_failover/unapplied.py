# SPDX-License-Identifier: GPL-3.0-or-later
"""Has somebody edited the hand-written dialplan and not loaded it yet? A reload of ours would put that edit in force.

Pure: imports nothing of Ansible, SQL or processes. Line numbers are no help: our own block moves the lines behind it. So the
texts are compared: what Asterisk has loaded from a file must still stand in it, and each extension in it must be loaded.
"""
import re

from ansible.module_utils.freepbx_failover import dialplan

_EXTEN = re.compile(r'exten\s*=>?\s*([^,]+),\s*[\w+]+(?:\([^)]*\))?\s*,\s*(.*)\Z')
_SAME = re.compile(r'same\s*=>?\s*[\w+]+(?:\([^)]*\))?\s*,\s*(.*)\Z')


def edits(data, name, loaded, ours):
    """Sentences about what of this file is not loaded as it stands, [] if it all is.

    data: the file without our blocks; name: its base name, as `dialplan show` gives it; loaded: of dialplan.parse_show for
    all contexts; ours: a test of a context's name, whether it is ours.
    """
    written, extensions = _written(data)
    seen = set(_squeezed(priority.application) for context, found in loaded.items() if not ours(context)
               for priorities in found.values() for priority in priorities.values() if priority.source == name)
    # Asterisk prints a very long line cut short.
    gone = sorted(text for text in seen - written if not any(line.startswith(text) for line in written))
    new = ['%s,%s' % (context, extension) for context, extension in extensions if not ours(context)
           and extension not in loaded.get(context, {})]
    return ['%s is loaded from %s but no longer written there' % (text, name) for text in gone] + [
        '%s is written in %s but not loaded' % (text, name) for text in new]


def _written(data):
    """(the applications written, [(context, extension)]); what we cannot read plainly is left out of the extensions."""
    applications, extensions, context = set(), [], None
    for line in dialplan.significant_lines(data)[0]:
        content = line.text.decode('utf-8', 'replace')
        if dialplan.is_header(line):
            context = re.match(r'\s*\[([^\]]+)\]', content).group(1)
            continue
        exten, same = _EXTEN.match(content), _SAME.match(content)
        if exten or same:
            applications.add(_squeezed(exten.group(2) if exten else same.group(1)))
        if exten and context and re.match(r'[\w.*#+!\[\]-]+\Z', exten.group(1).strip()) and '-' not in exten.group(1):
            extensions.append((context, exten.group(1).strip()))
    return applications, extensions


def _squeezed(application):
    """An application without what Asterisk adds or drops when it loads a line: blanks, quotes, backslashes, the outer brackets."""
    return re.sub(r'[\s\\"(),]', '', application)

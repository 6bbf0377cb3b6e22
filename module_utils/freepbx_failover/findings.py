# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong or doubtful in a wish, as one sentence each.

Pure: imports nothing of Ansible, SQL or processes.
"""
import re
from collections import namedtuple

ERROR = 'error'
WARNING = 'warning'

# What programs send to a terminal beside their text.
_COLOURS = re.compile(r'\x1b\[[0-9;?]*[A-Za-z]')

Finding = namedtuple('Finding', 'code severity where message remedy')
Finding.__doc__ = """One finding.

code: a stable word for scripts; severity: ERROR or WARNING; where: the variable, with the queue and status it is about;
message: what was found; remedy: what to do about it.
"""


class Refusal(Exception):
    """Something that stops the work, said in one sentence that an administrator can act on."""


class RowsStay(Refusal):
    """A step failed and what it wrote may stand in the database still, so what we remember of it must stay too."""


def error(code, where, message, remedy):
    return Finding(code, ERROR, *[one_line(text) for text in (where, message, remedy)])


def warning(code, where, message, remedy):
    return Finding(code, WARNING, *[one_line(text) for text in (where, message, remedy)])


def one_line(text):
    """A sentence quotes what somebody wrote or what another program said; it stays one line, with nothing a terminal would act on."""
    return ''.join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def quoted(text, most=200):
    """What another program said, for a sentence: cut short, and what cannot be read left out."""
    readable = ''.join(sign if sign.isprintable() and sign != '\ufffd' else '\0' for sign in _COLOURS.sub('', text))
    return re.sub('\0+', '?', readable).strip()[:most]


def sentence(finding):
    """The finding as one sentence: where, what, remedy."""
    return '{0}: {1}; {2}'.format(finding.where, finding.message, finding.remedy)


def as_dict(finding):
    """The finding as a module returns it; queue and status are None where it is about neither."""
    queue = re.search(r'\(queue ([^)]+)\)|^queue (\S+)', finding.where)
    status = re.search(r'\.routes\.(\w+)', finding.where)
    return dict(finding._asdict(), sentence=sentence(finding), queue=queue and (queue.group(1) or queue.group(2)),
                status=status and status.group(1))


def errors(findings):
    return [finding for finding in findings if finding.severity == ERROR]

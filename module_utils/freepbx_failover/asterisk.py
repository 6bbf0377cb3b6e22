# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to Asterisk's command line."""
import os
import pwd
import re
import subprocess
import tempfile
import time
from contextlib import contextmanager

from ansible.module_utils.freepbx_failover import dialplan
from ansible.module_utils.freepbx_failover.findings import Refusal

_CHANNEL = re.compile(r'^[^!\n]+![^!\n]*![^!\n]*!\d+!', re.M)
_SHOW = 'dialplan show'
_remembered = {}  # the answer to _SHOW, inside asked_once() alone


class Down(Refusal):
    """Asterisk does not answer."""


def cli(command, timeout=60):
    """What Asterisk prints for a CLI command; it may print warnings before its answer. Raises Down if it does not answer."""
    try:
        # Into a file, not a pipe: Asterisk drops every line that its reader does not take within 100 ms, and a full pipe holds the reader up.
        with tempfile.TemporaryFile() as out:
            done = subprocess.run(['asterisk', '-rx', command], stdout=out, stderr=subprocess.PIPE,
                                  stdin=subprocess.DEVNULL, timeout=timeout, check=False)
            out.seek(0)
            text = out.read().decode('utf-8', 'replace')
    except FileNotFoundError:
        raise Down('the command asterisk is not found on this host for this user; is it a FreePBX, and do you run as root or as the user '
                   'asterisk (become)?')
    except OSError as problem:
        raise Down('the command asterisk cannot be run (%s); see to its rights and whether it is whole' % problem.strerror)
    except subprocess.TimeoutExpired:
        raise Down('Asterisk did not answer "%s" within %d s; look at the PBX before anything else' % (command, timeout))
    if done.returncode != 0:
        said = (done.stderr.decode('utf-8', 'replace') + text).strip().splitlines()
        reason = ([line for line in said if 'nable to' in line] + said[-1:] + ['exit code %d' % done.returncode])[0]
        raise Down('Asterisk does not answer (%s); start it, or if this is a standby PBX whose Asterisk is meant to be down, '
                   'set queue_failover_standby: true for it' % reason)
    return text


@contextmanager
def asked_once():
    """Ask for the loaded dialplan once while the block runs. For a module that only reads: the whole of it takes Asterisk a while."""
    _remembered['asked_once'] = True
    try:
        yield
    finally:
        _remembered.clear()


def show(wanted=None):
    """The loaded contexts, as dialplan.parse_show gives them; wanted: a test of their names, None for all.

    One question to Asterisk, whatever the number of contexts: it prints 31,000 priorities in 0.1 to 0.2 s.
    """
    text = _remembered.get(_SHOW) or _whole_answer(_SHOW)
    if not dialplan.shows_contexts(text):
        raise Down('Asterisk shows no dialplan at all; see whether it is up and what its log says, then run again')
    if _remembered:
        _remembered[_SHOW] = text
    return dialplan.parse_show(text, wanted)


def _whole_answer(command):
    """What `dialplan show …` prints, asked again while lines are missing in it; two answers alike count as whole."""
    former = None
    for pause in (0, 0.2, 0.5, 1, 2):
        time.sleep(pause)
        text = cli(command)
        if dialplan.is_whole(text) or text == former:
            return text
        former = text
    raise Down('Asterisk is too busy to show its dialplan whole; run again when it is calmer')


def dialplan_reload():
    cli('dialplan reload', timeout=300)


def exists(destination):
    """Whether a call can go to `context,extension,priority` (a number) as loaded, patterns and includes followed."""
    context, extension, priority = destination.split(',')
    answer = dialplan.parse_show(_whole_answer('dialplan show %s@%s' % (extension, context)))
    found = [priorities for extensions in answer.values() for priorities in extensions.values()]
    if not priority.isdigit():
        return any(row.label == priority for priorities in found for row in priorities.values())
    return any(int(priority) in priorities for priorities in found)


def calls_in(contexts):
    """How many channels are in one of the contexts now."""
    answers = [cli('core show channels concise') for _again in range(2)]  # a line may be missing in one
    return max(sum(1 for match in _CHANNEL.finditer(text) if match.group(0).split('!')[1] in contexts) for text in answers)


def wait_until_left(contexts, seconds):
    """Wait until no channel is in the contexts; the number that still are after so many seconds."""
    deadline = time.monotonic() + seconds
    remaining = calls_in(contexts)
    while remaining and time.monotonic() < deadline:
        time.sleep(0.5)
        remaining = calls_in(contexts)
    return remaining


def seconds_since_full_reload():
    """Seconds since Asterisk's last `core reload`, or since its start; None if it does not say.

    `core show uptime seconds` prints "Last reload" for a full reload only, not for `dialplan reload`.
    """
    match = re.search(r'Last reload:\s*(\d+)', cli('core show uptime seconds'))
    return int(match.group(1)) if match else None


def config_dir():
    """The folder Asterisk reads its configuration from, '' if it does not say."""
    match = re.search(r'^ *Configuration directory: *(.*?) *$', cli('core show settings'), re.M)
    return match.group(1) if match else ''


def user_id(pid_file='/var/run/asterisk/asterisk.pid'):
    """The number of the user Asterisk runs as, else that of the user asterisk; None where there is neither."""
    try:
        with open(pid_file) as handle:
            return os.stat('/proc/%d' % int(handle.read())).st_uid
    except (OSError, ValueError):
        pass
    try:
        return pwd.getpwnam('asterisk').pw_uid
    except KeyError:
        return None


def version():
    """The version Asterisk says it has, '' if it says none."""
    match = re.search(r'Asterisk (?:certified/|certified-)?(\d+\.\d+(?:\.\d+)?)', cli('core show version'))
    return match.group(1) if match else ''

# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to FreePBX's command line."""
import os
import re
import subprocess
import time

from ansible.module_utils.freepbx_failover.findings import Refusal, quoted

BUSY = 'Process is already running'


def reload(sbin, busy_s=300, limit_s=1800):
    """One `fwconsole reload`: FreePBX writes its files from the database and reloads Asterisk.

    Waits up to busy_s seconds for another reload that is under way (exit code 255). That it says "Reload Complete" proves
    nothing: FreePBX says so too when Asterisk could not read a file. Raises Refusal when it fails.
    """
    command = os.path.join(sbin, 'fwconsole')
    deadline = time.monotonic() + busy_s
    while True:
        code, text = _run([command, 'reload'], limit_s)
        if code == 0:
            return
        if not (code == 255 and BUSY in text):
            ended = 'failed with exit code %d' % code if code >= 0 else 'was killed by signal %d' % -code
            raise Refusal('fwconsole reload %s (%s); mend that and run again' % (ended, _last_line(text)))
        if time.monotonic() > deadline:
            raise Refusal('another fwconsole reload has been running for over %d s; wait until it ends and run again' % busy_s)
        time.sleep(1)


def _run(command, limit_s):
    environment = dict((key, value) for key, value in os.environ.items() if key != 'SHELL')
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                              timeout=limit_s, env=environment, check=False)
    except FileNotFoundError:
        raise Refusal('%s is there, but not the program it runs with (php); see whether FreePBX is whole' % command[0] if os.path.exists(command[0])
                      else '%s is not found; the setting AMPSBIN of FreePBX says it should be there' % command[0])
    except OSError as problem:
        raise Refusal('%s cannot be run (%s); see to its rights, or to the setting AMPSBIN of FreePBX' % (command[0], problem.strerror))
    except subprocess.TimeoutExpired:
        raise Refusal('fwconsole reload did not end within %d s; see what it waits for' % limit_s)
    return done.returncode, done.stdout.decode('utf-8', 'replace')


def _last_line(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    if not lines:
        return 'it said nothing'
    said = quoted(lines[-1])
    return said if said == lines[-1].strip() or re.search(r'\w{3}', said) else 'what it said cannot be read'

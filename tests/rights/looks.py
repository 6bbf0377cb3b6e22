# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands on a PBX, and how two looks differ."""
import json
import subprocess
from pathlib import Path

INSIDE = Path(__file__).resolve().parent / 'look_inside.py'
STATE = ('/var/lib/queue-failover', '/var/lib/asterisk/queue-failover')


def look(pbx):
    with open(INSIDE, 'rb') as script:
        done = subprocess.run(['podman', 'exec', '--privileged', '-i', pbx, 'python3', '-'], stdin=script, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def looks(pbxs):
    return {pbx: look(pbx) for pbx in pbxs}


def without_state(found):
    """A look without our folder on the PBX, which remembers what was tried."""
    kept = {path: what for path, what in found['files'].items() if not path.startswith(STATE)}
    return dict(found, files=kept)


def differences(before, after):
    """Sentences about what differs between two looks at PBXs, {pbx: look}; our state folder aside."""
    found = []
    for pbx, first in before.items():
        one, other = without_state(first), without_state(after[pbx])
        found += ['%s: %s %r, was %r' % (pbx, path, other['files'].get(path), one['files'].get(path))
                  for path in sorted(set(one['files']) | set(other['files'])) if one['files'].get(path) != other['files'].get(path)]
        for part in ('rows', 'loaded'):
            found += ['%s: %s gone: %s' % (pbx, part, line) for line in one[part] if line not in other[part]]
            found += ['%s: %s new: %s' % (pbx, part, line) for line in other[part] if line not in one[part]]
    return found

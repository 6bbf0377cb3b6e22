# SPDX-License-Identifier: GPL-3.0-or-later
"""`ansible-doc` renders every module of library/ and the role: as text for a reader, and as data, where nothing may be missing."""
import json
import os
import re
import subprocess
import sys

# ansible-core 2.20 and newer warn of a collection of their own, inside their own folder.
NOT_OURS = re.compile(r"^\[WARNING\]: Collection at '[^']*/ansible/_internal/[^\n]*(?:\n(?!\[)[^\n]+)*", re.M)


def ansible_doc(*words):
    """Its output; ends the run if it failed or complained."""
    done = subprocess.run(['ansible-doc', *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    complaints = NOT_OURS.sub('', done.stderr).strip()
    if done.returncode != 0 or complaints or not done.stdout.strip():
        sys.exit('ansible-doc %s: exit code %d\n%s' % (' '.join(words), done.returncode, complaints))
    return done.stdout


def main():
    """Every module once, then all of them as data, then the role."""
    modules = sorted(name[:-3] for name in os.listdir('library') if name.endswith('.py'))
    if not modules:
        sys.exit('library/ has no module')
    for module in modules:
        text = ansible_doc('--type', 'module', '--module-path', 'library', module)
        missing = [word for word in [module.upper(), 'OPTIONS', 'ATTRIBUTES', 'EXAMPLES', 'RETURN VALUES', 'AUTHOR'] if word not in text.upper()]
        if missing:
            sys.exit('ansible-doc %s does not show %s' % (module, ', '.join(missing)))
        print('%s: %d lines' % (module, text.count('\n')))
    data = json.loads(ansible_doc('--type', 'module', '--module-path', 'library', '--json', *modules))
    for module in modules:
        for part in ('doc', 'examples', 'return'):
            if not (data.get(module) or {}).get(part):
                sys.exit('%s has no %s' % (module, part))
    role = ansible_doc('--type', 'role', '--roles-path', 'roles', 'queue_failover')
    if 'queue_failover_queues' not in role:
        sys.exit('ansible-doc does not show the role')


if __name__ == '__main__':
    main()

# SPDX-License-Identifier: GPL-3.0-or-later
"""requirements.yml is true: it lists the collections and roles that the project uses, and with no collection installed every playbook loads."""
import glob
import os
import re
import subprocess
import sys

import yaml
from ansible.playbook.block import Block
from ansible.playbook.handler import Handler
from ansible.playbook.play import Play
from ansible.playbook.task import Task

import ansible

KEYWORDS = set(Task.fattributes) | set(Block.fattributes) | set(Handler.fattributes) | set(Play.fattributes) | {'local_action'}
OURS = ('ansible.builtin', 'ansible.legacy')
SCENARIO = ['molecule/default/%s.yml' % name for name in ('create', 'converge', 'side_effect', 'destroy')]
PLAYBOOKS = ['site.yml'] + sorted(glob.glob('playbooks/*.yml')) + SCENARIO
# A name in three parts inside an expression: a filter, test or lookup of a collection.
IN_EXPRESSION = re.compile(r'''(?:\|\s*|\bis\s+(?:not\s+)?|\b(?:lookup|query|q)\(\s*['"])([a-z]\w*\.[a-z]\w*)\.\w+''')


def tasks_of(value):
    """Every task in a file, however deep."""
    if isinstance(value, list):
        for one in value:
            yield from tasks_of(one)
    elif isinstance(value, dict):
        inner = [value[key] for key in ('tasks', 'pre_tasks', 'post_tasks', 'handlers', 'block', 'rescue', 'always') if key in value]
        for one in inner:
            yield from tasks_of(one)
        if not inner:
            yield value


def collection_of(name, own):
    """The collection of a module's name, None if it is Ansible's own or the project's."""
    if name in own or name.rpartition('.')[0] in OURS:
        return None
    return name.rpartition('.')[0] or name


def used(own):
    """{collection: files that use it}; a short name that is not in library/ counts under itself."""
    found = {}
    files = ['site.yml'] + [path for folder in ('roles', 'playbooks', 'molecule/default') for path in glob.glob(folder + '/**/*.yml', recursive=True)]
    for path in sorted(set(files)):
        with open(path) as stream:
            text = stream.read()
        names = set(IN_EXPRESSION.findall(text)) - set(OURS)
        if '/tasks/' in path or '/handlers/' in path or path in PLAYBOOKS:
            for task in tasks_of(yaml.safe_load(text) or []):
                action = [key for key in task if key not in KEYWORDS and not key.startswith('with_')]
                names |= set(filter(None, (collection_of(key, own) for key in action)))
        for name in names:
            found.setdefault(name, []).append(path)
    return found


def main():
    """Prints what is wrong; 1 if anything is."""
    wrong = []
    own = set(name[:-3] for name in os.listdir('library') if name.endswith('.py'))
    found = used(own)
    with open('requirements.yml') as stream:
        listed = yaml.safe_load(stream)
    collections = set(one['name'] if isinstance(one, dict) else one for one in listed['collections'])
    for name in sorted(set(found) - collections):
        wrong.append('%s is used in %s and is not in requirements.yml' % (name, ', '.join(found[name])))
    for name in sorted(collections - set(found)):
        wrong.append('requirements.yml lists %s, which nothing uses' % name)
    if listed['roles']:
        wrong.append('requirements.yml lists roles, which this check does not know how to find')
    packages = os.path.dirname(os.path.dirname(ansible.__file__))
    if not listed['collections'] and os.path.exists(os.path.join(packages, 'ansible_collections', 'ansible')):
        wrong.append('collections stand beside this ansible-core, so this proves nothing')
    for playbook in PLAYBOOKS:
        # Any inventory does: names of modules, roles and files are resolved without one.
        done = subprocess.run(['ansible-playbook', '--syntax-check', '--inventory', 'inventories/demo', playbook],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(done.stdout)
        if done.returncode != 0:
            wrong.append('%s does not load without collections' % playbook)
    print('%d playbooks, modules of the project: %s; collections used: %s' % (len(PLAYBOOKS), ', '.join(sorted(own)), ', '.join(found) or 'none'))
    for sentence in wrong:
        print(sentence)
    return int(bool(wrong))


if __name__ == '__main__':
    sys.exit(main())

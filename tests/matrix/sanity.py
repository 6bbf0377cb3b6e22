# SPDX-License-Identifier: GPL-3.0-or-later
"""`ansible-test sanity`, every test it has, on a copy of the project in the shape of a collection; run with the Python of the Ansible to be used.

The copy differs from the project in names only: where the modules and their shared code are found.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import ansible_test
from ansible.release import __version__ as ansible_version

COLLECTION = 'local.queue_failover'
HERE = os.path.dirname(os.path.abspath(__file__))
# ansible-test fetches a script that puts pip into an empty environment, unless it is there already. This one needs no other server than pip's own.
GET_PIP = '''"""Written by the tests of queue_failover: pip from Python itself, then the asked-for version from where pip installs from."""
import subprocess
import sys

if __name__ == '__main__':
    wanted = [word for word in sys.argv[1:] if word not in ('--no-setuptools', '--no-wheel')]
    subprocess.check_call([sys.executable, '-m', 'ensurepip', '--default-pip'], stdout=subprocess.DEVNULL)
    sys.exit(subprocess.call([sys.executable, '-m', 'pip', 'install', '--quiet', '--force-reinstall'] + wanted))
'''


def stage(project, place):
    """The project at `place` as a collection; returns its folder."""
    root = os.path.join(place, 'ansible_collections', *COLLECTION.split('.'))
    no_caches = shutil.ignore_patterns('__pycache__')
    for source, target in (('library', 'plugins/modules'), ('module_utils', 'plugins/module_utils'),
                           ('callback_plugins', 'plugins/callback'), ('roles', 'roles'),
                           ('playbooks', 'playbooks')):
        if os.path.isdir(os.path.join(project, source)):
            shutil.copytree(os.path.join(project, source), os.path.join(root, target), ignore=no_caches)
    for name in ('README.md', 'LICENSE'):
        shutil.copy(os.path.join(project, name), root)
    for folder, _folders, names in os.walk(os.path.join(root, 'plugins')):
        for name in names:
            rewrite(os.path.join(folder, name))
    namespace, name = COLLECTION.split('.')
    write(root, 'galaxy.yml', 'namespace: %s\nname: %s\nversion: 0.1.0\nreadme: README.md\nauthors: [The queue_failover authors]\n'
          'license_file: LICENSE\n' % (namespace, name))
    write(root, 'meta/runtime.yml', '---\nrequires_ansible: ">=2.16.0"\n')
    write(root, 'tests/config.yml', 'modules:\n  python_requires: ">=3.6"\n')
    ignored = 'ignore-%s.txt' % '.'.join(ansible_version.split('.')[:2])
    if os.path.exists(os.path.join(HERE, ignored)):
        with open(os.path.join(HERE, ignored)) as stream:
            write(root, 'tests/sanity/' + ignored, stream.read())
    return root


def rewrite(path):
    """Names as they are in a collection: imports, and M(module) in the documentation."""
    with open(path) as stream:
        text = stream.read()
    text = text.replace('ansible.module_utils.freepbx_failover', 'ansible_collections.%s.plugins.module_utils.freepbx_failover' % COLLECTION)
    with open(path, 'w') as stream:
        stream.write(re.sub(r'\bM\((freepbx_\w+)\)', r'M(%s.\1)' % COLLECTION, text))


def write(root, name, text):
    """A file with its folder."""
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as stream:
        stream.write(text)


def main():
    """ansible-test's own exit code; 1 as well if it left out a test."""
    home = os.environ['SANITY_HOME']
    with open(os.path.join(os.path.dirname(ansible_test.__file__), '_internal', 'python_requirements.py')) as stream:
        for version in re.findall(r"pip='([\d.]+)'", stream.read()):
            write(home, '.ansible/test/cache/get_pip_%s.py' % version.replace('.', '_'), GET_PIP)
    with tempfile.TemporaryDirectory(prefix='qf-sanity-') as place:
        root = stage(os.getcwd(), place)
        environment = dict(os.environ, HOME=home)
        listed = subprocess.run(['ansible-test', 'sanity', '--list-tests'], cwd=root, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        done = subprocess.run(['ansible-test', 'sanity', '--venv', '--color', 'no'], cwd=root, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout)
    left_out = [name for name in listed.stdout.split() if 'Running sanity test "%s"' % name not in done.stdout]
    for name in left_out:
        print('not run: sanity test %s' % name)
    print('ansible-test sanity of ansible-core %s on Python %d.%d: exit code %d' % ((ansible_version,) + sys.version_info[:2] + (done.returncode,)))
    return done.returncode or int(bool(left_out))


if __name__ == '__main__':
    sys.exit(main())

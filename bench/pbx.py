# SPDX-License-Identifier: GPL-3.0-or-later
"""The PBX containers of the bench: started, seeded, asked, stopped. Only names of our own are ever touched."""
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PBX = ROOT / 'molecule' / 'pbx' / 'pbx'
CACHE = Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache') / 'queue-failover'
NAMES = {'16': 'bench16', '22': 'bench22'}
PYMYSQL = ['apt-get', '-qq', 'install', '--yes', 'python3-pymysql']
TEMPLATE_QUEUE = '603'


class Failed(Exception):
    """Something did not run; the text says what."""


def run(command, **options):
    """A command's standard output; raises Failed with the end of what it printed."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise Failed('%s\n%s' % (' '.join(str(part) for part in command)[:200], (done.stdout + done.stderr)[-3000:]))
    return done.stdout


def execute(name, *command, **options):
    return run([PBX, 'exec', '-i', name, *command], **options)


def up(name, generation):
    """A fresh container; one of the same name is replaced. Builds the image if it is missing."""
    run([PBX, 'up', name, generation])


def down(*names):
    run([PBX, 'down', *names])


def fresh(name, generation, queues):
    """The same state before every first deploy: so many more queues, PyMySQL installed, nothing else done."""
    up(name, generation)
    execute(name, *PYMYSQL)
    seed(name, queues)


def seed(name, queues):
    """Queues as the GUI makes them: the settings of one that the PBX has, without its agents."""
    columns = "extension, descr, dest"
    series = ', '.join("('%s', 'Bench %s', 'app-blackhole,hangup,1')" % (queue, queue) for queue in queues)
    chosen = ', '.join("'%s'" % queue for queue in queues)
    statements = [
        'INSERT INTO queues_config (%s) VALUES %s' % (columns, series),
        'INSERT INTO queues_details (id, keyword, data, flags) SELECT q.extension, d.keyword, d.data, d.flags'
        " FROM queues_config q, queues_details d WHERE q.extension IN (%s) AND d.id = '%s' AND d.keyword <> 'member'" % (chosen, TEMPLATE_QUEUE),
        "UPDATE queues_details SET data = '20' WHERE keyword = 'maxlen' AND id IN (%s)" % chosen,
    ]
    execute(name, 'mariadb', 'asterisk', input=';\n'.join(statements) + ';\n')
    execute(name, 'fwconsole', 'reload')


def failing_over(name):
    """How many queues Asterisk has loaded with our context as their fail-over destination."""
    return execute(name, 'asterisk', '-rx', 'dialplan show ext-queues').count('?queue-failover,s,1:')


def write(name, path, text):
    execute(name, 'sh', '-c', 'cat > "$1" && chown asterisk:asterisk "$1"', 'sh', path, input=text)

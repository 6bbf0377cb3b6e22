# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy costs: ours, the obvious playbook's, and five pings as the yardstick."""
import json
import os
import shutil
import statistics
import sys
import time
from pathlib import Path

import pbx
import routes
import yaml
from progress import say

BENCH = pbx.ROOT / 'bench'
WORK = pbx.ROOT / 'build' / 'bench'
COLLECTIONS = pbx.CACHE / 'bench' / 'collections'
HOST = pbx.NAMES['16']


def ansible_playbook():
    beside = Path(sys.executable).parent / 'ansible-playbook'
    return str(beside if beside.exists() else shutil.which('ansible-playbook') or 'ansible-playbook')


def inventory(count):
    """A folder with the bench's PBX, reached as the demo reaches its own, and the wish for so many queues."""
    folder = WORK / ('inventory-%d' % count)
    (folder / 'group_vars').mkdir(parents=True, exist_ok=True)
    demo = yaml.safe_load((pbx.ROOT / 'inventories' / 'demo' / 'hosts.yml').read_text(encoding='utf-8'))
    hosts = {'all': {'hosts': {HOST: None}, 'vars': demo['all']['vars']}}
    (folder / 'hosts.yml').write_text(yaml.safe_dump(hosts), encoding='utf-8')
    _dump(folder / 'group_vars' / 'all.yml', routes.for_role(count))
    _dump(WORK / ('obvious-%d.yml' % count), routes.for_obvious(count))
    return folder


def _dump(path, data):
    plain = yaml.SafeDumper
    plain.ignore_aliases = lambda *_arguments: True
    path.write_text(yaml.dump(data, Dumper=plain), encoding='utf-8')


def play(playbook, folder, *arguments):
    """Run a playbook: its seconds, module runs and tasks as the callback plugin saw them, when it started, what it printed."""
    record = WORK / 'module-runs.jsonl'
    record.write_text('', encoding='utf-8')
    environment = dict(
        os.environ, ANSIBLE_CONFIG=str(pbx.ROOT / 'ansible.cfg'),
        ANSIBLE_CALLBACK_PLUGINS='%s:%s' % (BENCH / 'callback_plugins', pbx.ROOT / 'callback_plugins'),
        ANSIBLE_CALLBACKS_ENABLED='queue_failover,module_runs', ANSIBLE_RETRY_FILES_ENABLED='0', BENCH_MODULE_RUNS=str(record),
        ANSIBLE_COLLECTIONS_PATH=str(COLLECTIONS), ANSIBLE_NOCOLOR='1')
    started, clock = time.time(), time.monotonic()
    output = pbx.run([ansible_playbook(), '-i', folder, playbook, *arguments], env=environment)
    seconds = time.monotonic() - clock
    lines = [json.loads(line) for line in record.read_text(encoding='utf-8').splitlines()]
    return {'seconds': seconds, 'runs': [line for line in lines if 'module' in line], 'tasks': [line for line in lines if 'task' in line],
            'started': started, 'output': output}


def ping(folder):
    return play('bench/ping5.yml', folder)


def deploy(folder):
    return play('site.yml', folder)


def provide_community_mysql():
    """True when community.mysql is there: once from PyPI's package `ansible` (one collection of it is kept), else not."""
    kept = COLLECTIONS / 'ansible_collections' / 'community' / 'mysql'
    if kept.exists():
        return True
    say('fetching community.mysql out of the package ansible on PyPI (once, 60 MB)')
    target = pbx.CACHE / 'bench' / 'ansible'
    try:
        pbx.run([sys.executable, '-m', 'pip', 'install', '--quiet', '--no-deps', '--no-compile', '--upgrade', '--retries', '1',
                 '--target', target, '--requirement', BENCH / 'requirements.txt'])
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(target / 'ansible_collections' / 'community' / 'mysql', kept)
    except (pbx.Failed, OSError) as problem:
        say('no community.mysql (%s)' % str(problem).strip().splitlines()[-1][:120])
        return False
    finally:
        shutil.rmtree(target, ignore_errors=True)
    return True


def ours(count, runs):
    """Samples of our first and no-change deploys, each no-change deploy between two lots of pings."""
    folder = inventory(count)
    samples = {'first': [], 'again': [], 'ping5': []}
    for number in range(1, runs + 1):
        pbx.fresh(HOST, '16', routes.numbers(count))
        ping(folder)  # opens the ssh connection that all the following share
        samples['first'].append(deploy(folder))
        _expect(count)
        for _ in range(2):
            samples['ping5'].append(ping(folder))
            samples['again'].append(_unchanged(deploy(folder)))
        say('%d queues, run %d of %d: first %.1f s, again %.2f s, five pings %.2f s' % (
            count, number, runs, *[samples[key][-1]['seconds'] for key in ('first', 'again', 'ping5')]))
    return samples


def _expect(count):
    loaded = pbx.failing_over(HOST)
    if loaded != count:
        raise pbx.Failed('after the deploy %d of %d queues are loaded with our destination' % (loaded, count))


def _unchanged(done):
    if ' changed=0 ' not in done['output']:
        raise pbx.Failed('the second deploy changed something:\n' + done['output'][-3000:])
    return done


def obvious(count, sql):
    """One first and one second run of the obvious playbook."""
    folder = inventory(count)
    arguments = ['-e', '@%s' % (WORK / ('obvious-%d.yml' % count)), '-e', 'obvious_sql=%s' % sql]
    pbx.fresh(HOST, '16', routes.numbers(count))
    ping(folder)
    say('%d queues, the obvious playbook, first (about %d s)' % (count, count * 7 * 0.35))
    first = play('bench/obvious/site.yml', folder, *arguments)
    _expect(count)
    say('%d queues, the obvious playbook: first %.1f s; and again' % (count, first['seconds']))
    again = _unchanged(play('bench/obvious/site.yml', folder, *arguments))
    say('%d queues, the obvious playbook: again %.1f s' % (count, again['seconds']))
    return {'first': first, 'again': again}


def measure(counts, runs, with_obvious=True):
    """(the list for bench.json, notes for the reader, where the time of a no-change deploy goes, by number of queues)."""
    real = with_obvious and provide_community_mysql()
    sql = 'mysql_query' if real else 'mysql_client'
    results, profiles, obvious_runs = [], {}, {}
    for count in counts:
        samples = ours(count, runs)
        naive = obvious(count, sql) if with_obvious else None
        results.append(_result(count, runs, samples, naive))
        profiles[count] = profile(samples['again'])
        obvious_runs[count] = len(naive['first']['runs']) if naive else None
    return results, _notes(real, obvious_runs), profiles


def _result(count, runs, samples, naive):
    def median(key):
        return round(statistics.median(sample['seconds'] for sample in samples[key]), 3)
    return {
        'queues': count, 'first_s': median('first'), 'again_s': median('again'),
        'again_module_runs': statistics.median_high(len(sample['runs']) for sample in samples['again']),
        'obvious_first_s': round(naive['first']['seconds'], 3) if naive else None,
        'obvious_again_s': round(naive['again']['seconds'], 3) if naive else None,
        'ping5_s': median('ping5'), 'runs': runs, 'obvious_runs': 1 if naive else 0}


def _notes(real, obvious_runs):
    modules = ', '.join('%s (%d queues)' % (runs, count) for count, runs in obvious_runs.items() if runs)
    notes = ['Before each first deploy: a fresh container, the queues seeded, PyMySQL installed; none of it is in the figures.',
             'Seconds are those of the whole ansible-playbook process; the ssh connection is open beforehand, for all alike.',
             'Module runs are executions on the managed host, counted by bench/callback_plugins/module_runs.py.',
             'Twice as many no-change deploys and pings as first deploys, alternating.']
    if modules:
        notes.append('The obvious playbook uses %s; module runs of its first deploy: %s.' % (
            'community.mysql.mysql_query' if real else 'ansible.builtin.command with the mysql client, since community.mysql could not be had', modules))
    return notes


def profile(samples):
    """[(what, median seconds)] of the parts of a deploy: until the first module, each module run, between them, after the last."""
    parts = {}
    for sample in samples:
        for what, seconds in _parts(sample):
            parts.setdefault(what, []).append(seconds)
    return [(what, statistics.median(values)) for what, values in parts.items()]


def _parts(sample):
    runs = sample['runs']
    inside = sum(run['end'] - run['start'] for run in runs)
    ended = sample['started'] + sample['seconds']
    parts = [('ansible-playbook until the first module', runs[0]['start'] - sample['started'])]
    parts += [('%d. %s' % (number, run['module']), run['end'] - run['start']) for number, run in enumerate(runs, 1)]
    parts.append(('between the modules', runs[-1]['end'] - runs[0]['start'] - inside))
    parts.append(('after the last module', ended - runs[-1]['end']))
    return parts

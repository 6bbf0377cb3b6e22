#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what a deploy to a fleet costs, against pings of the same fleet. Writes build/bench-fleet.json and build/bench-fleet.png.

Starts containers fleet00, fleet01 and so on of molecule/pbx and removes them at the end: about 170 MB of memory each. Needs root, podman and
ansible-core; matplotlib comes from PyPI into a venv of its own, once. Half an hour for 30 PBXs on 2 cores; --quick takes a few minutes.
"""
import argparse
import concurrent.futures
import contextlib
import hashlib
import json
import os
import re
import resource
import statistics
import subprocess
import sys
from pathlib import Path

import deploy
import pbx
import report
import yaml
from progress import say

QUEUES = (10, 100, 500)
PBXS = (1, 2, 5, 10, 20, 30)
LIMIT, REMOTE_RUNS = 1.5, 5
ONE_WAVE = ['-e', '{"queue_failover_waves": ["100%"]}']
RESULT, PLOT = pbx.ROOT / 'build' / 'bench-fleet.json', pbx.ROOT / 'build' / 'bench-fleet.png'
# fleet00 has the many queues, the others ten each.
MANY = 'fleet00'


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--pbxs', type=int, default=30, metavar='N', help='how many PBXs the fleet has (default 30)')
    parser.add_argument('--runs', type=int, default=5, metavar='N', help='no-change deploys and pings of each size, alternating (default 5, at least 3)')
    parser.add_argument('--first-runs', type=int, default=1, metavar='N', help='first deploys of each size (default 1)')
    parser.add_argument('--quick', action='store_true', help='a look: 4 PBXs, 3 runs, 10 and 100 queues')
    parser.add_argument('--keep', action='store_true', help='leave the containers up')
    options = parser.parse_args()
    if options.quick:
        options.pbxs, options.runs = 4, 3
    if options.runs < 3 or options.pbxs < 1:
        parser.error('at least 3 runs and one PBX')
    return options


def names(count):
    return ['fleet%02d' % number for number in range(1, count + 1)]


def inventory(hosts, queues):
    """A folder with these PBXs, reached as the demo reaches its own, and the wish for so many queues on each."""
    source = deploy.inventory(queues)
    folder = deploy.WORK / ('fleet-%d-%d' % (len(hosts), queues))
    (folder / 'group_vars').mkdir(parents=True, exist_ok=True)
    settings = yaml.safe_load((source / 'hosts.yml').read_text(encoding='utf-8'))
    settings['all']['hosts'] = dict.fromkeys(hosts)
    settings['all']['vars']['queue_failover_rollout_file'] = str(deploy.WORK / 'rollout.json')
    (folder / 'hosts.yml').write_text(yaml.safe_dump(settings), encoding='utf-8')
    (folder / 'group_vars' / 'all.yml').write_bytes((source / 'group_vars' / 'all.yml').read_bytes())
    return folder


def start(hosts, queues):
    """Fresh PBXs, two at a time: the queues seeded, PyMySQL installed, nothing else done."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        waiting = {pool.submit(pbx.fresh, host, '16', deploy.routes.numbers(queues)): host for host in hosts}
        for number, done in enumerate(concurrent.futures.as_completed(waiting), 1):
            done.result()
            if len(hosts) > 1:
                say('%d of %d PBXs are up' % (number, len(hosts)))


class Fleet:
    """Some PBXs with so many queues each, and what was measured on them."""

    def __init__(self, hosts, queues, fresh=True):
        self.hosts, self.queues, self.fresh, self.folder = hosts, queues, fresh, inventory(hosts, queues)
        self.samples, self.runs_each = {}, 0

    def measure(self, runs, first_runs):
        """The row of this size: medians of everything, alternating, so that a busy machine does not end up on one side alone."""
        self._ping(5)  # opens the ssh connections that all the following share
        for _number in range(first_runs):
            if not self.fresh:
                timed('site.yml', self.folder, *ONE_WAVE, '-e', 'queue_failover_state=absent')
            self._play('first_s', *ONE_WAVE)
            self._expect()
            self.fresh = False
        self.runs_each = len(self._unchanged('probe', *ONE_WAVE)['runs']) / len(self.hosts)
        del self.samples['probe']
        for number in range(1, runs + 1):
            self._round()
            say('%s, run %d of %d: %s' % (self, number, runs, ', '.join('%s %.2f' % (key, took[-1]['seconds']) for key, took in self.samples.items())))
        medians = {key: round(statistics.median(sample['seconds'] for sample in took), 3) for key, took in self.samples.items()}
        return dict({'pbxs': len(self.hosts), 'queues': self.queues, 'remote_runs': self.runs_each}, **medians)

    def __str__(self):
        return '%d PBX%s with %d queues' % (len(self.hosts), '' if len(self.hosts) == 1 else 's', self.queues)

    def _round(self):
        self._ping(5, 'ping5_s')
        self._unchanged('again_s', *ONE_WAVE)
        self._ping(round(self.runs_each), 'ping_runs_s')
        self._unchanged('again_waves_s')

    def _keep(self, key, sample):
        self.samples.setdefault(key, []).append(sample)
        return sample

    def _ping(self, count, key='opened'):
        sample = timed('bench/ping5.yml', self.folder, '--tags', ','.join('first_%d' % number for number in range(1, count + 1)))
        if len(sample['runs']) != count * len(self.hosts):
            raise pbx.Failed('%d pings were to be %d:\n%s' % (len(sample['runs']), count * len(self.hosts), sample['output'][-2000:]))
        return sample if key == 'opened' else self._keep(key, sample)

    def _play(self, key, *options):
        return self._keep(key, timed('site.yml', self.folder, *options))

    def _unchanged(self, key, *options):
        sample = self._play(key, *options)
        if re.search(r'changed=[1-9]', sample['output']) or sample['output'].count('in force, nothing to change') != len(self.hosts):
            raise pbx.Failed('the no-change deploy changed something:\n' + sample['output'][-3000:])
        return sample

    def _expect(self):
        for host in self.hosts:
            if pbx.failing_over(host) != self.queues:
                raise pbx.Failed('after the deploy not all of the %d queues of %s are loaded with our destination' % (self.queues, host))


def timed(playbook, folder, *options):
    """A playbook run with what it cost: seconds of the process, CPU of the control node and of the whole machine."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN), machine_cpu_s()
    sample = deploy.play(playbook, folder, *options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN), machine_cpu_s()
    own = (after[0].ru_utime - before[0].ru_utime) + (after[0].ru_stime - before[0].ru_stime)
    return dict(sample, control_cpu_s=own, machine_cpu_s=after[1] - before[1])


def machine_cpu_s():
    """Seconds that all cores have worked since the machine started: user, nice, system, irq, softirq, steal is not ours."""
    fields = [int(field) for field in Path('/proc/stat').read_text(encoding='ascii').split('\n')[0].split()[1:]]
    return sum(fields[index] for index in (0, 1, 2, 5, 6)) / os.sysconf('SC_CLK_TCK')


def where(fleet):
    """[[part, seconds of a no-change deploy, of five pings]]: what the control node computes, what the PBXs and ssh do, and each task."""
    rows = []
    for title, key in (('whole process', 'seconds'), ('CPU of the control node', 'control_cpu_s'), ('CPU of everything, PBXs too', 'machine_cpu_s')):
        rows.append([title] + [statistics.median(sample[key] for sample in fleet.samples[side]) for side in ('again_s', 'ping5_s')])
    return rows + [['task: ' + name, seconds, None] for name, seconds in by_task(fleet.samples['again_s'])]


def by_task(samples):
    """[(task, median seconds until the next one began)], in the order of the run; where it ran for so many PBXs does not matter."""
    took = {}
    for sample in samples:
        begun = [('(start of ansible-playbook)', sample['started'])] + [(task['task'], task['start']) for task in sample['tasks']]
        ends = [start for _name, start in begun[1:]] + [sample['started'] + sample['seconds']]
        once = {}
        for (name, since), until in zip(begun, ends, strict=True):
            once[name] = once.get(name, 0) + until - since
        for name, seconds in once.items():
            took.setdefault(name, []).append(seconds)
    return [(name, statistics.median(values)) for name, values in took.items()]


def measure(options):
    """(rows by PBXs, rows by queues, where the time goes for the smallest and the largest fleet)."""
    rows, by_queues, fleets = [], [], []
    sizes = sorted({size for size in PBXS if size < options.pbxs} | {options.pbxs})
    say('starting %d PBXs' % options.pbxs)
    start(names(options.pbxs), QUEUES[0])
    for size in sizes:
        # The PBXs of the size before are deployed already: they give back first.
        fleets.append(Fleet(names(size), QUEUES[0], fresh=not rows))
        rows.append(fleets[-1].measure(options.runs, options.first_runs))
    for queues in QUEUES[:2] if options.quick else QUEUES:
        say('one PBX with %d queues' % queues)
        start([MANY], queues)
        by_queues.append(Fleet([MANY], queues).measure(options.runs, options.first_runs))
    return rows, by_queues, {str(fleet): where(fleet) for fleet in (fleets[0], fleets[-1])}


def verdict(by_pbxs, by_queues, runs):
    """A line for each target, met or missed."""
    lines = []
    for row in by_queues:
        one = 'no-change deploy of one PBX with %d queues' % row['queues']
        pings = '%s against %d pings, as many as its remote runs' % (one, row['remote_runs'])
        lines.append(report.judged(pings, row['again_s'] / row['ping_runs_s'], LIMIT, runs))
        lines.append(report.judged('%s: remote runs' % one, row['remote_runs'], REMOTE_RUNS, runs))
    last = by_pbxs[-1]
    for key, how in (('again_s', 'one wave'), ('again_waves_s', 'the default waves')):
        fleet = 'no-change deploy of %d PBXs, %s, against five pings of each' % (last['pbxs'], how)
        lines.append(report.judged(fleet, last[key] / last['ping5_s'], LIMIT, runs))
    return lines


def table(rows):
    return report.table(list(rows[0]), [list(row.values()) for row in rows])


def section(title, lines):
    print('\n%s\n' % title + '\n'.join('  ' + line for line in lines), flush=True)


def save(by_pbxs, by_queues, places, options):
    last = by_pbxs[-1]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(dict(
        {key: last[key] for key in ('pbxs', 'queues', 'first_s', 'again_s', 'again_waves_s', 'ping5_s', 'ping_runs_s', 'remote_runs')},
        runs=options.runs, first_runs=options.first_runs, ansible=ansible_version(), forks=forks(), cores=os.cpu_count(),
        by_pbxs=by_pbxs, by_queues=by_queues, where=places), indent=1) + '\n', encoding='utf-8')


def ansible_version():
    return re.search(r'core ([^]]+)\]', pbx.run([deploy.ansible_playbook(), '--version'])).group(1)


def forks():
    return int(re.search(r'^forks\s*=\s*(\d+)', (pbx.ROOT / 'ansible.cfg').read_text(encoding='utf-8'), re.M).group(1))


def plot():
    """The plot, drawn in a venv with matplotlib; it is made anew when requirements-plot.txt changes."""
    wanted = deploy.BENCH / 'requirements-plot.txt'
    venv = pbx.CACHE / ('plot-' + hashlib.sha256(wanted.read_bytes()).hexdigest()[:12])
    if not (venv / '.complete').exists():
        say('installing matplotlib (once)')
        pbx.run([sys.executable, '-m', 'venv', '--clear', venv])
        pbx.run([venv / 'bin' / 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', wanted])
        (venv / '.complete').touch()
    pbx.run([venv / 'bin' / 'python', deploy.BENCH / 'plot.py', RESULT, PLOT])


def main():
    options = arguments()
    deploy.WORK.mkdir(parents=True, exist_ok=True)
    try:
        by_pbxs, by_queues, places = measure(options)
        save(by_pbxs, by_queues, places, options)
        section('Seconds by PBXs, medians of %d runs (first deploy: %d)' % (options.runs, options.first_runs), table(by_pbxs))
        section('Seconds by queues on one PBX', table(by_queues))
        for fleet, spent in places.items():
            section('Where the time of %s goes, seconds' % fleet, report.table(['no-change deploy, one wave', 'deploy', 'five pings'], spent))
        section('Verdict', verdict(by_pbxs, by_queues, options.runs))
        plot()
        say('written to %s and %s' % (RESULT.relative_to(pbx.ROOT), PLOT.relative_to(pbx.ROOT)))
    except pbx.Failed as problem:
        print('bench: failed: %s' % problem, file=sys.stderr)
        return 1
    finally:
        if not options.keep:
            with contextlib.suppress(subprocess.SubprocessError, pbx.Failed):
                pbx.down(MANY, *names(options.pbxs))
    return 0


if __name__ == '__main__':
    sys.exit(main())

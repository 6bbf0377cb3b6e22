# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw build/bench-fleet.png from build/bench-fleet.json. Runs in a venv of its own, which has matplotlib: plot.py JSON PNG."""
import json
import sys

import matplotlib

matplotlib.use('Agg')
from matplotlib import pyplot

LINES = {
    'first_s': ('first deploy', 'tab:gray', ':'), 'again_s': ('no-change deploy, one wave', 'tab:blue', '-'),
    'again_waves_s': ('no-change deploy, the default waves', 'tab:cyan', '-'), 'ping5_s': ('five pings', 'tab:orange', '--'),
    'ping_runs_s': ('as many pings as the deploy has remote runs', 'tab:red', '--')}


def draw(axes, rows, x, title):
    for key, (label, colour, style) in LINES.items():
        axes.plot([row[x] for row in rows], [row[key] for row in rows], style, color=colour, marker='o', markersize=4, label=label)
    axes.set(title=title, xlabel='PBXs' if x == 'pbxs' else 'queues', ylabel='seconds, whole process', yscale='log')
    axes.grid(True, which='both', alpha=0.3)


def main(source, target):
    with open(source, encoding='utf-8') as stream:
        found = json.load(stream)
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(13, 5.5), constrained_layout=True)
    draw(left, found['by_pbxs'], 'pbxs', 'PBXs, %d queues each' % found['by_pbxs'][0]['queues'])
    draw(right, found['by_queues'], 'queues', 'Queues on one PBX')
    right.set_xscale('log')
    left.legend(fontsize='small')
    figure.suptitle('ansible-core %s, %d cores, %d forks; medians of %d runs, first deploy %d' % (
        found['ansible'], found['cores'], found['forks'], found['runs'], found['first_runs']))
    figure.savefig(target, dpi=120)


if __name__ == '__main__':
    main(*sys.argv[1:])

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what a deploy and what a routed call cost. Prints tables and a verdict and writes build/bench.json.

Starts containers bench16 and bench22 of molecule/pbx and removes them at the end. Needs root, podman and ansible-core; no network
(without one, and without what an earlier run has fetched, the obvious playbook uses the mysql client in place of community.mysql).
"""
import argparse
import sys

import calls
import deploy
import pbx
import report
from progress import say

SIZES = (10, 200)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=5, metavar='N', help='runs of our deploys, a third of those of the calls (default 5)')
    parser.add_argument('--only', choices=['deploy', 'calls'], help='measure only this half; the other half of bench.json stays')
    parser.add_argument('--quick', action='store_true', help='a look: 2 runs, the obvious playbook at 10 queues only; writes bench-quick.json')
    parser.add_argument('--keep', action='store_true', help='leave the containers up')
    return parser.parse_args()


def measure_deploys(options):
    if options.quick:
        small, notes, profiles = deploy.measure(SIZES[:1], 2)
        large, _notes, more = deploy.measure(SIZES[1:], 2, with_obvious=False)
        return small + large, notes, {**profiles, **more}
    return deploy.measure(SIZES, options.runs)


def section(title, lines, notes=()):
    print('\n%s\n' % title + '\n'.join('  ' + line for line in lines))
    print('\n'.join('  - ' + note for note in notes), flush=True)


def measure(options):
    path = pbx.ROOT / 'build' / ('bench-quick.json' if options.quick else 'bench.json')
    deploy.WORK.mkdir(parents=True, exist_ok=True)
    results, figures, call_runs = [], {}, 3 if options.quick else 3 * options.runs
    if options.only != 'calls':
        results, notes, profiles = measure_deploys(options)
        report.merge(path, {'deploy': results})
        section('Deploy, seconds (medians), one PBX with Asterisk 16, six routes a queue', report.deploy_lines(results), notes)
        section('Where a no-change deploy spends its time', report.profile_lines(profiles))
    if options.only != 'deploy':
        figures, notes = calls.measure(['16', '22'], call_runs)
        report.merge(path, {'routed_call_us': figures})
        section('A routed call, microseconds (medians)', report.call_lines(figures), notes)
    section('Verdict', report.verdict(results, figures, call_runs))
    say('written to %s' % path.relative_to(pbx.ROOT))


def main():
    options = arguments()
    try:
        measure(options)
    except pbx.Failed as problem:
        print('bench: failed: %s' % problem, file=sys.stderr)
        return 1
    finally:
        if not options.keep:
            pbx.down(*pbx.NAMES.values())
    return 0


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""CPU seconds to check and render the routes of 1,000 queues with 8 routes each; no PBX is needed, its facts are made up.

Measured is what grows with the routes: resolve, derive, check with the search for circles, render the tables into the role's text.
Writes build/bench.json, key `routes_check`: {queues, routes_per_queue, cpu_s}, the median of five runs.
"""
import copy
import statistics
import sys
import time
from pathlib import Path

import ansible.module_utils
import jinja2
import yaml
from ansible.plugins.filter.core import FilterModule

ROOT = Path(__file__).resolve().parents[1]
ansible.module_utils.__path__.insert(0, str(ROOT / 'module_utils'))

from ansible.module_utils.freepbx_failover import checks, findings, routes, tables  # noqa: E402 (only found from here on)
import report  # noqa: E402 (after the others of this project)

QUEUES = 1000
RUNS = 5
EXPECTED_S = 2.0
CONTEXT = 'queue-failover'
# By number and by name, with and without options; the rest by what most of a fleet's YAML says.
OBJECTS = {'ivr': 'Night menu', 'ring_group': 'Reception', 'announcement': 'All agents are busy', 'time_condition': 'Office hours'}
RECORDING = ('custom/please-wait', 'Please wait')


def numbers(count):
    return [str(7001 + index) for index in range(count)]


def wish(count, onto):
    """The queues as an administrator writes them; onto: which queue the one with this index overflows to."""
    return [{
        'queue': queue, 'max_wait': 60, 'join_empty': 'strict', 'leave_when_empty': 'strict', 'routes': {
            'TIMEOUT': {'queue': numbers(count)[onto(index)], 'caller_id_prefix': 'Продажи %d: ' % index, 'set_priority': 5},
            'FULL': {'queue': 'Queue %s' % numbers(count)[onto(index)], 'announce': RECORDING[1]},
            'JOINEMPTY': {'ivr': OBJECTS['ivr'] + ' %d' % (index % 50)}, 'LEAVEEMPTY': {'ring_group': OBJECTS['ring_group'] + ' %d' % (index % 50)},
            'CONTINUE': {'announcement': OBJECTS['announcement'] + ' 7'}, 'UNKNOWN': {'terminate': 'busy'},
            'WITHDRAW': {'time_condition': '3'}}, 'default': {'custom': 'check-callstate,s-BUSY,1'}}
        for index, queue in enumerate(numbers(count))]


def pbx(count):
    """The facts of a PBX that has all this, as step_routes.read_pbx hands them on."""
    row = {'descr': '', 'destination': '', 'max_wait': '', 'join_empty': 'yes', 'leave_when_empty': 'no', 'maxlen': '5', 'doubled': [], 'static_agents': 3}
    objects = {kind: [(str(index), '%s %d' % (name, index)) for index in range(50)] for kind, name in OBJECTS.items()}
    onward = {'app-announcement-%d,s,1' % index: ['timeconditions,%d,1' % index] for index in range(50)}
    onward.update({'timeconditions,%d,1' % index: ['ivr-%d,s,1' % index, 'ext-group,%d,1' % index] for index in range(50)})
    onward.update({'ext-group,%d,1' % index: ['app-blackhole,hangup,1'] for index in range(50)})
    return {
        'queues': {queue: dict(row) for queue in numbers(count)}, 'former': {queue: 'ext-group,1,1' for queue in numbers(count)},
        'objects': dict(objects, queue=[(queue, 'Queue ' + queue) for queue in numbers(count)]), 'recordings': [RECORDING],
        'asterisk_version': '16.28.0', 'overrides': {}, 'virtual': [], 'onward': onward, 'ours': [CONTEXT + ',s,1']}


def skeleton():
    """The role's own text, rendered with the role's defaults."""
    environment = jinja2.Environment(trim_blocks=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    environment.filters.update({name: FilterModule().filters()[name] for name in ('hash', 'bool')})
    text = yaml.safe_load((ROOT / 'roles/queue_failover/vars/main.yml').read_text(encoding='utf-8'))['__queue_failover_skeleton']
    return environment.from_string(text).render(
        queue_failover_context=CONTEXT, queue_failover_max_hops=5, queue_failover_count_timeout=False, queue_failover_queue_log=True,
        queue_failover_user_event=True)


def once(queues, facts, text):
    """(CPU seconds, findings) of one run over copies, so that no run finds what another left."""
    queues, facts = copy.deepcopy(queues), copy.deepcopy(facts)
    started = time.process_time()
    compiled, found = routes.compile_routes(queues, {'terminate': 'hangup'}, facts, {'EMPTY': {'terminate': 'busy'}}, {'terminate': 'congestion'})
    found += checks.derive(compiled, facts) + checks.check(compiled, facts)
    block = tables.block(text, CONTEXT, compiled)
    took = time.process_time() - started
    if block.count('\nexten => TIMEOUT,1,Return(ext-queues,') != len(queues):
        raise SystemExit('routes_check: the block does not hold the routes of %d queues' % len(queues))
    return took, found


def measure(count=QUEUES, onto=lambda index: max(index - 1, 0), runs=RUNS):
    """{queues, routes_per_queue, cpu_s} and the findings of the last run; by default each queue overflows to the one before it."""
    queues, facts, text = wish(count, onto), pbx(count), skeleton()
    took = [once(queues, facts, text) for _run in range(runs)]
    per_queue = len(queues[0]['routes']) + 1  # seven statuses and the default
    return {'queues': count, 'routes_per_queue': per_queue, 'cpu_s': round(statistics.median(seconds for seconds, _found in took), 3)}, took[-1][1]


def main():
    figures, found = measure()
    wrong = [findings.sentence(finding) for finding in findings.errors(found) if finding.code != 'loop']
    if wrong:
        sys.exit('routes_check: the made-up wish is wrong: ' + wrong[0])
    report.merge(ROOT / 'build' / 'bench.json', {'routes_check': figures})
    print('%s  %d queues with %d routes each, checked and rendered: %.3f s of CPU (expected at most %.1f; median of %d)' % (
        '    met' if figures['cpu_s'] <= EXPECTED_S else ' MISSED', figures['queues'], figures['routes_per_queue'], figures['cpu_s'], EXPECTED_S, RUNS))


if __name__ == '__main__':
    main()

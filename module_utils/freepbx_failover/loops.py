# SPDX-License-Identifier: GPL-3.0-or-later
"""Circles: routes that bring a caller back to a queue he has left.

Pure: imports nothing of Ansible, SQL or processes. A circle that can turn without anybody waiting (JOINEMPTY, LEAVEEMPTY,
FULL, with no IVR between) is an error; one through TIMEOUT or an IVR turns slowly and is a warning.
"""
import re
from collections import OrderedDict, deque, namedtuple

from ansible.module_utils.freepbx_failover import statuses, tables, verdict
from ansible.module_utils.freepbx_failover.findings import error, warning

Edge = namedtuple('Edge', 'queue status to path slow')
Edge.__doc__ = """From a queue, left with one of the statuses, to a queue; path: the destinations between; slow: whether somebody waits on the way."""

# Stands for our own context where a way leads back into it.
OURS = ''

# A group of queues that all lead to each other has more circles than anybody would read.
MOST_STARTS = 200

_QUEUE = re.compile(r'ext-queues,([0-9*#]+),1\Z')
_DIALLED = re.compile(r'from-internal,([0-9*#]+),1\Z')


def find(compiled, pbx):
    """Findings about circles. pbx: queues ({number: row}), onward ({destination: [destinations]}), ours (strings of our context)."""
    edges = _edges(compiled, pbx)
    quick = [edge for edge in edges if not edge.slow]
    found, known = [], set()
    for circle in _circles(quick):
        known.add(frozenset(edge.queue for edge in circle))
        found.append(error('loop', 'queue %s' % circle[0].queue, 'a caller can go round without anybody waiting: %s' % _shown(circle),
                           'send one of these statuses to something that is no queue'))
    for circle in _circles(edges, lambda edge: edge.slow):
        if frozenset(edge.queue for edge in circle) not in known or any(edge.slow for edge in circle):
            found.append(warning('loop-waiting', 'queue %s' % circle[0].queue, 'a caller can come back: %s' % _shown(circle),
                                 'see whether that is meant; queue_failover_overflow takes him only after exits that count as hops '
                                 '(queue_failover_count_timeout)'))
    return found


def can_fire(status, settings):
    """Whether a queue with these settings can be left with the status."""
    if status == 'JOINEMPTY':
        return (settings['join_empty'] or 'yes') != 'yes'
    if status == 'LEAVEEMPTY':
        return (settings['leave_when_empty'] or 'no') != 'no'
    if status == 'FULL':
        return (settings['maxlen'] or '0') != '0'
    if status == 'TIMEOUT':
        return settings['max_wait'] != ''
    return True


def _edges(compiled, pbx):
    managed = dict((entry['queue'], entry) for entry in compiled['queues'])
    reached, found = {}, []
    for queue in sorted(pbx['queues']):
        row, entry = pbx['queues'][queue], managed.get(queue)
        settings = dict(row, **(entry['settings'] if entry else {}))
        ways = OrderedDict()
        for status in statuses.INSTANT + ('TIMEOUT',):
            destination = _destination(status, queue, entry, row, compiled, pbx)
            if not destination or not can_fire(status, settings):
                continue
            if destination not in reached:
                reached[destination] = queues_behind(destination, pbx)
            for to, path, slow in reached[destination]:
                ways.setdefault((to, path, slow or status == 'TIMEOUT'), []).append(status)
        found.extend(Edge(queue, ', '.join(found_with), to, path, slow) for (to, path, slow), found_with in ways.items() if to != OURS)
    return found


def _destination(status, queue, entry, row, compiled, pbx):
    if entry is None or not entry['failover']:
        former = pbx['former'].get(queue)
        if row['destination'] not in pbx['ours']:
            return row['destination']
        return former if former is not None else tables.destination_of(verdict.lookup(status, {}, compiled))
    rows = dict(entry['routes'], default=entry['default'])
    return tables.destination_of(verdict.lookup(status, rows, compiled))


def queues_behind(destination, pbx):
    """[(queue, path, slow)] of the queues a call may reach from a destination, by the shortest quick and the shortest slow way;

    OURS where a way leads back into our own context.
    """
    found, seen = [], {(destination, False)}
    waiting = deque([(destination, (), False)])
    while waiting:
        here, path, slow = waiting.popleft()
        queue = _QUEUE.match(here)
        if queue:
            found.append((queue.group(1), path, slow))
            continue
        slow = slow or here.startswith('ivr-')
        for onto in _onward(here, pbx):
            if onto in pbx['ours']:
                found.append((OURS, path + (here,), slow))
            elif (onto, slow) not in seen:
                seen.add((onto, slow))
                waiting.append((onto, path + (here,), slow))
    return found


def _onward(here, pbx):
    dialled = _DIALLED.match(here)
    if not dialled:
        return pbx['onward'].get(here, ())
    number = dialled.group(1)
    if number in pbx['queues']:
        return ['ext-queues,%s,1' % number]
    return ['ext-group,%s,1' % number] if 'ext-group,%s,1' % number in pbx['onward'] else ()


def _circles(edges, through=None):
    """A shortest circle through each edge, each set of queues once; through: it must have an edge of which this is true."""
    graph = OrderedDict()
    for edge in edges:
        graph.setdefault(edge.queue, []).append(edge)
    for group in _groups(graph):
        told, passed = set(), set()
        inside = [edge for queue in sorted(group) for edge in graph.get(queue, []) if edge.to in group]
        for edge in [edge for edge in inside if through is None or through(edge)][:MOST_STARTS]:
            back = None if edge in passed else _way(edge.to, edge.queue, graph, group)
            circle = [edge] + back if back is not None else []
            passed.update(circle)
            steps = frozenset(circle)
            if circle and steps not in told:
                told.add(steps)
                yield circle


def _way(start, goal, graph, group):
    """The edges of a shortest way inside a group, [] if start is the goal."""
    seen, waiting = {start}, deque([(start, [])])
    while waiting:
        here, way = waiting.popleft()
        if here == goal:
            return way
        for edge in graph.get(here, []):
            if edge.to in group and edge.to not in seen:
                seen.add(edge.to)
                waiting.append((edge.to, way + [edge]))
    return None


def _groups(graph):
    """The strongly connected groups that hold a circle, by Tarjan's algorithm without recursion (a fleet's graph is deep)."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []
    for root in graph:
        work = [(root, iter(graph.get(root, [])))] if root not in index else []
        if work:
            index[root] = low[root] = len(index)
            stack.append(root)
            on_stack.add(root)
        while work:
            here, edges = work[-1]
            edge = next(edges, None)
            if edge is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[here])
                if low[here] == index[here]:
                    found.append(_taken_off(stack, on_stack, here))
            elif edge.to not in index:
                index[edge.to] = low[edge.to] = len(index)
                stack.append(edge.to)
                on_stack.add(edge.to)
                work.append((edge.to, iter(graph.get(edge.to, []))))
            elif edge.to in on_stack:
                low[here] = min(low[here], index[edge.to])
    return [group for group in found if len(group) > 1 or any(edge.to in group for edge in graph.get(next(iter(group)), []))]


def _taken_off(stack, on_stack, last):
    group = set()
    while last not in group:
        group.add(stack.pop())
    on_stack -= group
    return group


def _shown(circle):
    parts = []
    for edge in circle:
        parts.append('queue %s %s' % (edge.queue, edge.status))
        parts.extend(edge.path)
    return ' -> '.join(parts + ['queue %s' % circle[0].queue])

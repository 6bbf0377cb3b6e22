# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables, the verdict against what was expected, and build/bench.json."""
import json

# "The same" cannot mean equal to the microsecond: ratios up to this count as the same.
SAME = 1.15
PINGS = 2.0
FASTER = 30.0


def table(header, rows):
    """Lines of a table with right-aligned columns."""
    cells = [header] + [['-' if cell is None else '%.2f' % cell if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    return ['  '.join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]


def deploy_lines(results):
    keys = ('queues', 'first_s', 'again_s', 'again_module_runs', 'ping5_s', 'obvious_first_s', 'obvious_again_s', 'runs', 'obvious_runs')
    return table(list(keys), [[found[key] for key in keys] for found in results])


def profile_lines(profiles):
    """Where a no-change deploy spends its seconds, a column a number of queues."""
    counts = list(profiles)
    columns = [dict(profiles[count]) for count in counts]
    names = list(dict.fromkeys(name for column in columns for name in column))
    return table(['no-change deploy, s'] + ['%d queues' % count for count in counts], [[name] + [column.get(name) for column in columns] for name in names])


def call_lines(figures):
    rows = [[version, found['bare_goto'], found['table']['10'], found['table']['1000'], found['chain']['10'], found['chain']['1000']]
            for version, found in figures.items()]
    return table(['Asterisk', 'bare Goto', 'table 10', 'table 1000', 'chain 10', 'chain 1000'], rows)


def verdict(results, figures, call_runs):
    """A line for each expectation that was measured, met or not."""
    lines = [line for found in results for line in _deploy_verdicts(found)]
    sizes = {found['queues']: found for found in results}
    if len(sizes) > 1:
        small, large = sizes[min(sizes)], sizes[max(sizes)]
        lines.append(judged('no-change deploy of %d against %d queues' % (large['queues'], small['queues']),
                            large['again_s'] / small['again_s'], SAME, 'twice %d' % min(small['runs'], large['runs'])))
    for version, found in figures.items():
        lines.append(judged('Asterisk %s, routed call with 1000 against 10 queues' % version, found['table']['1000'] / found['table']['10'], SAME, call_runs))
        for size in ('10', '1000'):
            lines.append('   info  Asterisk %s, %s queues: the chain takes %.1f times as long as the table' % (
                version, size, found['chain'][size] / found['table'][size]))
    return lines


def _deploy_verdicts(found):
    count = found['queues']
    lines = [judged('no-change deploy of %d queues against five pings' % count, found['again_s'] / found['ping5_s'], PINGS, 'twice %d' % found['runs'])]
    if found['obvious_first_s']:
        runs = '%d, obvious %d' % (found['runs'], found['obvious_runs'])
        faster = found['obvious_first_s'] / found['first_s']
        expected = count >= 200
        lines.append(judged('first deploy of %d queues, times faster than the obvious playbook' % count, faster, FASTER, runs, at_least=True)
                     if expected else '   info  first deploy of %d queues: %.1f times faster than the obvious playbook' % (count, faster))
    return lines


def judged(what, ratio, limit, runs, at_least=False):
    met = ratio >= limit if at_least else ratio <= limit
    return '%s  %s: %.3f (expected %s %.2f; runs: %s)' % ('    met' if met else ' MISSED', what, ratio, 'at least' if at_least else 'at most', limit, runs)


def merge(path, values):
    """Add to what build/bench.json has."""
    known = json.loads(path.read_text(encoding='utf-8')) if path.exists() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dict(known, **values), indent=1) + '\n', encoding='utf-8')

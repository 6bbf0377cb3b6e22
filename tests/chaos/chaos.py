# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaks runs of site.yml off in every way and at every place, and shows that the next run mends it: `make chaos`.

    chaos.py [--points N] [--minutes M] [--seed S] [--kinds control,module,mariadb,asterisk,connection,reload] [--out FILE] [--keep]

Two test PBXs side by side, with calls on their way all the time. Ends with one line of figures; exit code 1 if one of them is bad.
"""
import argparse
import collections
import json
import multiprocessing
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
for folder in (HERE.parent, HERE.parent / 'reliability', HERE.parent / 'reliability/inside', HERE):
    sys.path.insert(0, str(folder))

import support  # noqa: E402  found only with the lines above
from kills import KINDS  # noqa: E402
from worker import Worker  # noqa: E402

PBXS = {'chaos16': '16', 'chaos22': '22'}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--points', type=int, default=210)
    parser.add_argument('--minutes', type=float, default=float('inf'), help='begin no point after so many minutes; the figures are of those that were made')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--kinds', type=lambda text: text.split(','), default=KINDS)
    parser.add_argument('--out', type=Path, default=HERE.parents[1] / 'build/chaos.json')
    parser.add_argument('--keep', action='store_true', help='leave the PBXs running')
    return parser.parse_args()


def work(pbx, points, options, folder, answers):
    """A worker process: answers with each point's result, at last with the figures of probe and stream."""
    worker = None
    try:
        worker = Worker(pbx, PBXS[pbx], options.seed, options.kinds, folder)
        worker.points(points, time.time() + 60 * options.minutes, lambda result: answers.put(('point', result)))
    except BaseException:
        answers.put(('error', '%s: %s' % (pbx, traceback.format_exc())))
    finally:
        answers.put(('end', [figures(*report) for report in worker.end()] if worker else []))


def figures(pbx, report):
    return {'line': '%s: %s' % (pbx, report.line()), 'looks': report.looks, 'dangling': report.dangling[:50], 'dangling_instants': len(report.dangling),
            'calls': len(report.records), 'misrouted': report.misrouted, 'dropped': report.dropped, 'lost_with_asterisk': report.lost}


def gather(answers, number, workers, started):
    """(results of the points, figures of the PBXs, errors); says how far it is."""
    results, watched, errors = [], [], []
    while workers:
        kind, answer = answers.get()
        if kind == 'point':
            results.append(answer)
            progress(answer, len(results), number, time.time() - started)
            continue
        if kind == 'error':
            errors.append(answer)
            print(answer, file=sys.stderr, flush=True)
            continue
        workers -= 1
        watched += answer
    return results, watched, errors


def progress(result, count, number, seconds):
    left = seconds / count * (number - count)
    wrong = result['half_written'] + result['not_converged']
    wrong += ['%d foreign bytes lost' % result['foreign_bytes_lost']] if result['foreign_bytes_lost'] else []
    print('%d of %d, %d min %02d s left  %s, %s: %s%s' % (
        count, number, left // 60, left % 60, result['pbx'], result['operation'], result['point'],
        ': WRONG: ' + '; '.join(wrong) if wrong else ', mended'), flush=True)


def summary(results, watched, options, seconds):
    kinds = collections.Counter(result['kind'] for result in results)
    good = collections.Counter(result['kind'] for result in results if result['converged'])
    return {
        'kills': len(results), 'converged': sum(good.values()), 'foreign_bytes_lost': sum(result['foreign_bytes_lost'] for result in results),
        'dangling_instants': sum(one['dangling_instants'] for one in watched), 'calls': sum(one['calls'] for one in watched),
        'misrouted': sum(len(one['misrouted']) for one in watched), 'dropped': sum(len(one['dropped']) for one in watched),
        'half_written': sum(bool(result['half_written']) for result in results), 'lost_with_asterisk': sum(one['lost_with_asterisk'] for one in watched),
        'broken_runs': sum(result['broken'] for result in results),
        'looks': sum(one['looks'] for one in watched), 'left_over_until_the_next_run': sum(bool(result['left_over']) for result in results),
        'seed': options.seed, 'seconds': round(seconds), 'by_kind': {kind: {'kills': kinds[kind], 'converged': good[kind]} for kind in sorted(kinds)},
        'wrong': [result for result in results if not result['converged'] or result['half_written'] or result['foreign_bytes_lost']],
        'calls_wrong': [call for one in watched for call in one['misrouted'] + one['dropped']][:100],
        'dangling': [instant for one in watched for instant in one['dangling']][:100]}


def is_good(total, options):
    enough = 1 if options.minutes < float('inf') else options.points
    return (total['kills'] == total['converged'] >= enough and total['calls'] > 0 and total['looks'] > 0 and not any(
        total[key] for key in ('foreign_bytes_lost', 'dangling_instants', 'misrouted', 'dropped', 'half_written')))


def main():
    options, started = arguments(), time.time()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    folder, answers = tempfile.mkdtemp(prefix='qfc'), multiprocessing.Queue()
    shares = dict(zip(PBXS, (options.points - options.points // 2, options.points // 2)))
    workers = [multiprocessing.Process(target=work, args=(pbx, share, options, folder, answers)) for pbx, share in shares.items()]
    for worker in workers:
        worker.start()
    results, watched, errors = gather(answers, options.points, len(workers), started)
    for worker in workers:
        worker.join()
    total = summary(results, watched, options, time.time() - started)
    options.out.write_text(json.dumps(total, indent=1, ensure_ascii=False) + '\n')
    logs = options.out.with_suffix('.logs')
    shutil.rmtree(logs, ignore_errors=True)
    for pbx, generation in PBXS.items():
        if (Path(folder) / generation).exists():
            shutil.copytree(Path(folder) / generation, logs / pbx, ignore=shutil.ignore_patterns('cp', 'tmp'))
    shutil.rmtree(folder, ignore_errors=True)
    if not options.keep:
        support.down(*PBXS)
    for one in watched:
        print(one['line'])
    print('kills %(kills)d, converged %(converged)d, half written %(half_written)d, foreign bytes lost %(foreign_bytes_lost)d, dangling instants '
          '%(dangling_instants)d, calls %(calls)d, misrouted %(misrouted)d, dropped %(dropped)d, seed %(seed)d, %(seconds)d s' % total)
    return 0 if is_good(total, options) and not errors else 1


if __name__ == '__main__':
    sys.exit(main())

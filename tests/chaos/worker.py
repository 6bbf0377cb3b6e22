# SPDX-License-Identifier: GPL-3.0-or-later
"""One PBX from point to point: begin an operation, break it off, look, let the next run mend it, look again."""
import random
import shutil
import time
from pathlib import Path
from subprocess import TimeoutExpired

import looks
import support
import wishes
from kills import KINDS, NEEDS_A_STEP, Killer
from runs import ROOT, Run
from watch import Watch, prepare

ANNOUNCEMENT = 2.5  # seconds
CALLS_A_SECOND = 4
ROLLBACK = 'rollback'


def fewer(wish):
    return dict(wish, queue_failover_queues=wish['queue_failover_queues'][:2])


def operations(wish):
    """{name: the wish that the operation brings} from where the PBX is."""
    if wishes.is_absent(wish):
        return {'first deploy': wishes.ROUTES, 'first deploy, other routes': wishes.renamed(wishes.CHANGED)}
    context = {'queue_failover_context': wish['queue_failover_context']}
    other = wishes.CHANGED if wish.get('queue_failover_max_hops') is None else wishes.ROUTES
    found = {'other routes': dict(other, **context), 'other name': wishes.renamed(wish), 'removal': wishes.absent(wish)}
    if len(wish['queue_failover_queues']) > 2:
        found['fewer queues'] = fewer(wish)
    return found


class Point:
    """Where a run is to be broken off: before its task number `stop_at`; or `delay` seconds after a task, or the run, began; or at the
    moment of the change number `change` in the folders the run writes to, which is in the middle of writing a file."""

    def __init__(self, kind, stop_at=0, task=None, delay=0.0, change=0):
        self.kind, self.stop_at, self.task, self.delay, self.change = kind, stop_at, task, delay, change

    def due(self, run):
        steps = run.steps()
        if self.stop_at:
            return len(steps) >= self.stop_at
        begun = [when for when, name in steps if name == self.task][:1] if self.task else [run.started]
        return bool(begun) and time.time() >= begun[0] + self.delay

    def __str__(self):
        if self.stop_at:
            return '%s before task %d' % (self.kind, self.stop_at)
        if self.change:
            return '%s at change %d of a file' % (self.kind, self.change)
        return '%s %.2f s after the begin of "%s"' % (self.kind, self.delay, (self.task or 'the run').split(' : ')[-1])


class Worker:
    def __init__(self, pbx, generation, seed, kinds, folder):
        self.pbx, self.generation, self.kinds = pbx, generation, kinds or KINDS
        self.rng, self.folder = random.Random('%s %s' % (seed, generation)), Path(folder) / generation
        self.turn = KINDS.index('asterisk') if generation == '22' else 0  # the two PBXs meet the kinds in another order
        self.learnt = {'steps': {}, 'seconds': {}, 'tasks': {}, 'writing': []}
        self.tried, self.results, self.reports = {}, [], []
        self.watch = None
        self.fresh()

    def fresh(self):
        """A PBX on which nothing was done yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        support.up(self.pbx, self.generation)
        support.sh(self.pbx, 'dpkg -i /opt/local-repo/*.deb')
        prepare(self.pbx, ANNOUNCEMENT)
        self.wish, self.former, self.first = None, None, looks.look(self.pbx)
        self.killer = Killer(self.pbx, self.folder, self.rng)
        self.watch = Watch(self.pbx, self.folder, per_second=CALLS_A_SECOND, interval=0.028)

    def points(self, number, until, tell):
        """Break so many runs off, or as many as are begun by then; tell(result) after each."""
        while len(self.results) < number and time.time() < until:
            result = self.point(len(self.results) + 1)
            if result:
                self.results.append(result)
                tell(result)
                if not result['converged']:
                    self.end()
                    self.fresh()  # a PBX that does not come back by itself is of no more use

    def end(self):
        """The reports of all PBXs that were used, when the last call is over."""
        if self.watch:
            self.reports.append((self.pbx, self.watch.stop()))
            self.watch = None
        return self.reports

    def point(self, number):
        """One operation broken off and mended; None if the run was over before it could be broken off."""
        name, wish = self.rng.choice(sorted(self.operations().items()))
        kind, begun = self.kinds[self.turn % len(self.kinds)], time.time()
        point = self.choose(kind, name)
        self.watch.begin(wish)
        killed, broken, hangs = self.break_off(self.run_of(name, wish, point.stop_at), point)
        self.keep(number, 'broken')
        lost, half, left = self.inspect(wish, kind == 'control' and self.rng.random() < 0.3)
        half += ['the broken run did not end by itself'] if hangs else []
        wrong = self.mend(number, name, wish)
        self.wish, self.former = wish, None if name == ROLLBACK else self.wish or wishes.absent(wish)
        self.watch.settle(wish)
        if not (killed or half or wrong):
            return None
        self.turn += 1
        return {'pbx': self.pbx, 'number': number, 'kind': kind, 'point': str(point), 'operation': name, 'broken': broken, 'foreign_bytes_lost': lost,
                'half_written': half, 'converged': not wrong, 'not_converged': wrong, 'left_over': left, 'seconds': round(time.time() - begun, 1)}

    def inspect(self, wish, at_once):
        """(foreign bytes lost, what is half written, temporary files) when the dust has settled; at_once: the next run waits for nothing,
        so that its modules may meet those of the broken one, and nobody looks."""
        if not at_once:
            self.killer.wait_for_quiet()
        self.killer.heal()
        if at_once:
            return 0, [], []
        now = looks.look(self.pbx)
        before, after = (looks.expected_settings(self.first['settings'], one) for one in (self.wish, wish))
        return (*looks.broken_off(self.first, now, before, after), looks.strays(now))

    def operations(self):
        """Those of the present wish, and the way back from it by playbooks/rollback.yml."""
        found = operations(self.wish)
        if self.former and (ROOT / 'playbooks/rollback.yml').exists():
            found[ROLLBACK] = self.former
        return found

    def run_of(self, name, wish, stop_at):
        """A rollback is begun with the inventory as it is; the next site.yml then has the wish of before."""
        if name == ROLLBACK:
            return Run(self.pbx, self.folder, self.wish, stop_at, 'playbooks/rollback.yml')
        return Run(self.pbx, self.folder, wish, stop_at)

    def choose(self, kind, name):
        """A third between two steps; of the rest half inside the steps that write, or while they write a file, and half anywhere."""
        where = self.rng.random()
        if where < 0.33 and kind not in NEEDS_A_STEP:
            return Point(kind, stop_at=self.untried(name))
        if where > (0.5 if kind in NEEDS_A_STEP else 0.85):
            return Point(kind, change=self.rng.randint(1, 12))
        writing = [task for task in self.learnt['writing'] if task in self.learnt['tasks'].get(name, {})]
        if where < 0.65 and writing:
            task = self.rng.choice(writing)
            return Point(kind, task=task, delay=self.rng.uniform(0, 1.1 * self.learnt['tasks'][name][task]))
        return Point(kind, delay=self.rng.uniform(0.3, self.learnt['seconds'].get(name, 4.0)))

    def untried(self, name):
        """The number of a task of this operation before which no run was broken off yet; when all were tried, from the beginning again."""
        tried, number = self.tried.setdefault(name, set()), self.learnt['steps'].get(name, 8)
        left = [step for step in range(1, number + 1) if step not in tried]
        if not left:
            tried.clear()
        step = self.rng.choice(left or range(1, number + 1))
        tried.add(step)
        return step

    def break_off(self, run, point):
        """(whether anything was killed, whether the run failed, whether it hung)."""
        killed = 0
        self.killer.changes(anew=True)
        while run.running() and not killed:
            if point.change:
                killed = self.killer.ambush(point.kind, run, point.change)
            elif point.due(run):
                killed = self.killer.kill(point.kind, run)
            else:
                time.sleep(0.004)
        run.go_on()
        try:
            return killed > 0, run.result().code != 0, False
        except TimeoutExpired:
            self.killer.control(run)
            return killed > 0, True, True

    def mend(self, number, name, wish):
        """What the next run, and the one after it, leave wrong: sentences."""
        run = Run(self.pbx, self.folder, wish)
        try:
            done = run.result()
        except TimeoutExpired:
            self.killer.control(run)
            return ['the next run hangs']
        finally:
            self.keep(number, 'mending')
        if done.code:
            return ['the next run failed: %s' % ' '.join(done.text.split('fatal: ')[-1].split())[:500]]
        self.learn(run, done, name)
        again = Run(self.pbx, self.folder, wish).result()
        self.keep(number, 'again')
        if again.code or again.changed:
            return ['the run after it changed %s' % sorted(again.tasks_changed(self.pbx)) if not again.code else 'the run after it failed']
        return looks.converged(self.first, looks.look(self.pbx), wish)

    def learn(self, run, done, name):
        """How many steps this operation has, how long they take, and which of them write: where the next kills will be made."""
        steps = run.steps()
        if len(steps) < self.learnt['steps'].get(name, 0):
            return
        self.learnt['steps'][name], self.learnt['seconds'][name] = len(steps), run.ended - run.started
        ends = [when for when, _task in steps[1:]] + [run.ended]
        self.learnt['tasks'][name] = {task: end - when for (when, task), end in zip(steps, ends)}
        self.learnt['writing'] = sorted(set(self.learnt['writing']) | done.tasks_changed(self.pbx))

    def keep(self, number, what):
        """The output of a run of this point, to read when it went wrong."""
        target = self.folder / 'logs'
        target.mkdir(exist_ok=True)
        for name in ('out', 'steps'):
            if (self.folder / name).exists():
                shutil.copy(self.folder / name, target / ('%03d-%s.%s' % (number, what, name)))

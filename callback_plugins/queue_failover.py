# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Progress of a rollout while it works, and its report as a file."""

DOCUMENTATION = r"""
name: queue_failover
type: notification
short_description: Progress of a rollout of queue_failover, and its report as a file
description:
  - Says at the beginning of each wave which one it is, how many PBXs are done and about how long the rest will take.
  - Says every half minute which step is still under way on which PBXs; a reload of a large PBX takes minutes.
  - Writes the statistics C(queue_failover_rollout) that C(site.yml) sets into the file it names, C(build/rollout.json).
version_added: 0.1.0
author: The queue_failover authors (@queue-failover)
options: {}
"""

import json
import math
import os
import threading
import time

from ansible import constants
from ansible.plugins.callback import CallbackBase
from ansible.utils.helpers import pct_to_int

EVERY_S = 30


class CallbackModule(CallbackBase):
    """What is under way, and since when; a thread says so, since Ansible calls nobody while a task runs."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'notification'
    CALLBACK_NAME = 'queue_failover'

    def __init__(self):
        super().__init__()
        self.running, self.said, self.waves, self.stopped, self.ended = {}, time.monotonic(), None, False, threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def v2_runner_on_start(self, host, task):
        self.running[host.get_name()] = (task.get_name(), time.monotonic())

    def _over(self, result):
        host = getattr(result, 'host', None) or result._host
        self.running.pop(host.get_name(), None)

    v2_runner_on_skipped = v2_runner_on_unreachable = _over

    def v2_runner_on_ok(self, result):
        self._over(result)
        self.stopped = self.stopped or (getattr(result, 'result', None) or result._result).get('add_group') == 'queue_failover_failed'

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._over(result)

    def v2_playbook_on_play_start(self, play):
        manager = play.get_variable_manager()
        if not play.serial or play.serial == [0] or not manager.get_vars(play=play)['ansible_play_hosts_all']:
            return
        total = len(manager.get_vars(play=play)['ansible_play_hosts_all'])
        self.waves = self.waves or Waves(sizes(play.serial, total), constants.DEFAULT_FORKS)
        if self.stopped:
            self._display.display('\nNot begun: this wave, since an earlier one failed or nothing was to begin')
            return
        said = self.waves.begin(time.monotonic())
        if total > 1:
            self._display.display('\n' + said)

    def v2_playbook_on_stats(self, stats):
        self.ended.set()
        report = stats.custom.get('_run', {}).get('queue_failover_rollout')
        if report:
            write(report['file'], dict(report['report'], waves=self.waves.sizes[:self.waves.number] if self.waves else []))

    def _watch(self):
        while not self.ended.wait(1):
            said = still_going(dict(self.running), time.monotonic())
            if said and time.monotonic() - self.said >= EVERY_S:
                self.said = time.monotonic()
                # Past Ansible's lock: this thread must never hold it while a worker is forked.
                os.write(1, (said + '\n').encode())


class Waves:
    """Which wave it is, and how long the rest will take by those that are over."""

    def __init__(self, wave_sizes, forks):
        self.sizes, self.forks, self.number, self.begun, self.seconds_a_round = wave_sizes, max(forks, 1), 0, None, None

    def begin(self, now):
        """The sentence for a wave that begins now."""
        if self.begun is not None:
            took = (now - self.begun) / self._rounds(self.sizes[self.number - 1])
            self.seconds_a_round = max(took, self.seconds_a_round or 0)
        self.begun, self.number = now, self.number + 1
        left = sum(self._rounds(size) for size in self.sizes[self.number - 1:])
        about = '' if self.seconds_a_round is None else ', about %s left' % spoken(left * self.seconds_a_round)
        return 'Wave %d of %d: %s; %d of %d done%s' % (
            self.number, len(self.sizes), counted(self.sizes[self.number - 1]), sum(self.sizes[:self.number - 1]), sum(self.sizes), about)

    def _rounds(self, size):
        return math.ceil(size / self.forks)


def sizes(serial, total):
    """The sizes of the waves that `serial` makes of so many PBXs, as Ansible cuts them: the last size is used again and again."""
    found, left = [], total
    while left > 0:
        size = min(pct_to_int(serial[min(len(found), len(serial) - 1)], total) or left, left)
        found.append(size)
        left -= size
    return found


def still_going(running, now):
    """A sentence about the steps that have run for long, '' if there is none. running: {PBX: (step, since)}."""
    slow = {}
    for host, (task, since) in sorted(running.items()):
        if now - since >= EVERY_S:
            slow.setdefault(task, []).append((host, now - since))
    return '; '.join('%s: still going on %s after %s' % (
        task.split(' : ')[-1], ', '.join(host for host, _seconds in hosts[:5]) + (' and %d more' % (len(hosts) - 5) if len(hosts) > 5 else ''),
        spoken(max(seconds for _host, seconds in hosts))) for task, hosts in slow.items())


def counted(number):
    return '1 PBX' if number == 1 else '%d PBXs' % number


def spoken(seconds):
    """Seconds in words: 40 s, 3 min 20 s."""
    seconds = int(round(seconds))
    return '%d s' % seconds if seconds < 60 else '%d min %d s' % divmod(seconds, 60)


def write(path, report):
    """The report of the rollout, whole or not at all."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + '.new', 'w', encoding='utf-8') as out:
        json.dump(report, out, indent=2, sort_keys=True)
        out.write('\n')
    os.rename(path + '.new', path)

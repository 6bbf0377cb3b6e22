# SPDX-License-Identifier: GPL-3.0-or-later
"""Two of our own runs at once: one of them wins whole, the other says who and when, and nothing is ever left locked."""
import os
import re
import shutil
import signal
import time
from pathlib import Path

import pytest

import lab
import support
from lab import APPLY, CONTEXT, LEFTOVERS, QUEUES, STOP, Running, failed, inside, later, look, ok, run, unlike
from wishes import ABSENT, FIRST, RENAMED, SECOND

WINNER = 'another run of queue_failover ('
STATES = {'deploys of one': FIRST, 'of the other': SECOND}


def deployed(tmp_path, pbxs, wishes):
    """Which of the wishes is in force on each PBX, whole: a check run predicts no change."""
    return {pbx: [name for name, wish in wishes.items() if ok(run(tmp_path, [pbx], wish, '--check')).changed == set()] for pbx in pbxs}


def wait_until_stopped(process):
    deadline = time.monotonic() + 120
    while Path('/proc/%d/stat' % process.pid).read_text().rsplit(')', 1)[1].split()[0] != 'T':
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize('seconds', [0, 0.7, 1.5])
def test_two_wishes_at_once(pbxs, tmp_path, seconds):
    older = Running(tmp_path, pbxs, FIRST)
    time.sleep(seconds)
    newer = Running(tmp_path, pbxs, SECOND)
    first, second = older.result(), newer.result()
    for result in (first, second):
        assert result.code in (0, 2), result.text
        assert result.code == 0 or WINNER in result.words or 'has ended on this PBX meanwhile' in result.words, result.text
    found = deployed(tmp_path, pbxs, STATES)
    assert all(len(names) == 1 for names in found.values()), found


@pytest.mark.parametrize('step', [CONTEXT, pytest.param(QUEUES, marks=pytest.mark.quick), APPLY])
def test_a_run_that_was_stopped_and_comes_back_late(pbxs, tmp_path, step):
    """The newer one's wish stands; the older one says whose it is, and takes nothing of it back."""
    older = Running(tmp_path, pbxs, FIRST, hooks=[[step, STOP]])
    wait_until_stopped(older.process)
    ok(run(tmp_path, pbxs, SECOND))
    before = look()
    os.kill(older.process.pid, signal.SIGCONT)
    late = older.result()
    assert unlike(before, look()) == []
    failed(late, WINNER)
    assert 'The PBX is as it was found' not in late.words, 'it is not: the other run changed it'
    assert ok(run(tmp_path, pbxs, SECOND)).changed == set()


@pytest.mark.parametrize('wish', ['rename', 'removal'])
def test_a_change_that_was_stopped_before_its_last_step(pbxs, tmp_path, wish):
    ok(run(tmp_path, pbxs, FIRST))
    step = LEFTOVERS if wish == 'rename' else lab.TAKE_CONTEXT
    older = Running(tmp_path, pbxs, {'rename': RENAMED, 'removal': ABSENT}[wish], hooks=[[step, STOP]])
    wait_until_stopped(older.process)
    ok(run(tmp_path, pbxs, FIRST))
    before = look()
    os.kill(older.process.pid, signal.SIGCONT)
    failed(older.result(), WINNER)
    assert unlike(before, look()) == []
    assert ok(run(tmp_path, pbxs, FIRST)).changed == set()


@pytest.fixture
def impatient(tmp_path):
    """The modules with a lock they wait 2 s for instead of minutes."""
    copy = tmp_path / 'module_utils'
    shutil.copytree(support.ROOT / 'module_utils', copy)
    path = copy / 'freepbx_failover/state.py'
    text = path.read_text()
    text, found = re.subn(r'(def locked\(.*seconds=)\d+', r'\g<1>2', text)
    assert found == 1
    path.write_text(text)
    return {'ANSIBLE_MODULE_UTILS': str(copy)}


HELD = 'mkdir -m 700 -p /var/lib/queue-failover; exec flock /var/lib/queue-failover/lock sleep %d'


def test_the_lock_of_a_stopped_process_is_named_and_freed_with_it(pbxs, tmp_path, impatient):
    before = look()
    stopped = later(HELD % 600) + inside('sleep 0.5; kill -STOP -- -$(tail -1 /run/saf.groups)')
    refused = run(tmp_path, pbxs, FIRST, environment=impatient, hooks=[[QUEUES, stopped]])
    failed(refused, 'another run of queue_failover holds /var/lib/queue-failover/lock', 'The PBX is not as it was found yet')
    lab.everywhere('kill -KILL -- -$(tail -1 /run/saf.groups)')
    ok(run(tmp_path, pbxs, FIRST))
    assert ok(run(tmp_path, pbxs, FIRST)).changed == set()
    ok(run(tmp_path, pbxs, ABSENT))
    assert unlike(before, look()) == []


def test_a_lock_that_is_freed_in_time_is_waited_for(pbxs, tmp_path):
    ok(run(tmp_path, pbxs, FIRST, hooks=[[CONTEXT, later(HELD % 3) + inside('sleep 0.5')]]))

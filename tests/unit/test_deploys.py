# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of deploys: made before the first change, continued after a broken-off run, the later of two runs wins (DESIGN.md)."""
import json
import stat

import pytest
from ansible.module_utils.freepbx_failover import deploys
from ansible.module_utils.freepbx_failover.findings import Refusal

FIRST, SECOND, THIRD = '20261123T080000.000Z-aaaa', '20261123T080001.000Z-bbbb', '20261123T080002.000Z-cccc'


def params(folder, run_id):
    return {'state_dir': str(folder), 'run_id': run_id}


def test_a_record_is_there_before_anything_is_written_and_only_its_owner_reads_it(tmp_path):
    deploys.begin(params(tmp_path / 'state', FIRST), [['queue-failover', 'text']])
    path = tmp_path / 'state/deploys' / (FIRST + '.json')
    found = json.loads(path.read_text())
    assert found['before'] == {'blocks': [['queue-failover', 'text']], 'memory': None} and found['finished'] is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_second_step_of_the_same_run_finds_its_record(tmp_path):
    deploys.begin(params(tmp_path, FIRST), [['a', 'before']])
    assert deploys.begin(params(tmp_path, FIRST), [['a', 'changed meanwhile']])['before']['blocks'] == [['a', 'before']]


def test_the_older_of_two_runs_stops_and_says_who_and_when(tmp_path):
    deploys.begin(params(tmp_path, SECOND), [])
    with pytest.raises(Refusal) as refused:
        deploys.begin(params(tmp_path, FIRST), [])
    assert SECOND in str(refused.value) and 'by ' in str(refused.value) and FIRST in str(refused.value)


def test_a_run_continues_one_that_was_broken_off_and_knows_what_was_before_it(tmp_path):
    broken = deploys.begin(params(tmp_path, FIRST), [['a', 'before the first']])
    deploys.save(str(tmp_path), dict(broken, reload_due=True))
    record = deploys.begin(params(tmp_path, SECOND), [['a', 'half way']])
    assert record['before']['blocks'] == [['a', 'before the first']] and record['reload_due']
    assert [found['outcome'] for found in deploys.read(str(tmp_path))] == [None, 'continued by ' + SECOND]


def test_a_run_after_one_that_ended_begins_anew(tmp_path):
    deploys.finish(str(tmp_path), deploys.begin(params(tmp_path, FIRST), [['a', '1']]), 'done')
    assert deploys.begin(params(tmp_path, SECOND), [['a', '2']])['before']['blocks'] == [['a', '2']]


def test_a_run_whose_deploy_was_ended_by_somebody_stops(tmp_path):
    deploys.finish(str(tmp_path), deploys.begin(params(tmp_path, FIRST), []), 'rolled back')
    with pytest.raises(Refusal, match='rolled back'):
        deploys.begin(params(tmp_path, FIRST), [])


def test_settling_ends_this_run_and_older_ones_but_no_later_one(tmp_path):
    for run_id in (FIRST, THIRD):
        deploys.save(str(tmp_path), dict(deploys.EMPTY, run_id=run_id))
    deploys.settle(params(tmp_path, SECOND), 'text')
    assert [(found['run_id'], found['outcome'], found['block']) for found in deploys.read(str(tmp_path))] == [
        (THIRD, None, None), (FIRST, 'done', deploys.digest('text'))]


def test_ten_ended_deploys_are_kept_and_an_unfinished_one_whatever_its_age(tmp_path):
    names = ['20261123T08%02d00.000Z-aaaa' % minute for minute in range(20)]
    deploys.save(str(tmp_path), dict(deploys.EMPTY, run_id='20261123T070000.000Z-aaaa'))
    for name in names:
        deploys.save(str(tmp_path), dict(deploys.EMPTY, run_id=name, finished='x', outcome='done'))
    deploys.begin(params(tmp_path, '20261123T090000.000Z-aaaa'), [])
    kept = [found['run_id'] for found in deploys.read(str(tmp_path))]
    assert kept[1:] == names[:9:-1] and len(kept) == 11, 'the ten done and the one that continues the unfinished'


def test_failed_deploys_push_out_no_good_one(tmp_path):
    for minute in range(40):
        run_id = '20261123T08%02d00.000Z-aaaa' % minute
        deploys.save(str(tmp_path), dict(deploys.EMPTY, run_id=run_id, finished='x', outcome='done' if minute == 0 else 'restored'))
    deploys.begin(params(tmp_path, '20261123T090000.000Z-aaaa'), [])
    outcomes = [found['outcome'] for found in deploys.read(str(tmp_path))]
    assert outcomes == [None] + ['restored'] * 20 + ['done']


def test_a_run_sorts_behind_every_record_even_if_the_clock_was_set_back(tmp_path):
    deploys.save(str(tmp_path), dict(deploys.EMPTY, run_id='20991231T235959.999Z-ffff'))
    later = deploys.new_id(str(tmp_path))
    assert later > '20991231T235959.999Z-ffff'
    deploys.save(str(tmp_path), dict(deploys.EMPTY, run_id=later))
    assert deploys.new_id(str(tmp_path)) > later


def test_a_damaged_record_is_named(tmp_path):
    deploys.begin(params(tmp_path, FIRST), [])
    (tmp_path / 'deploys' / (FIRST + '.json')).write_text('{"version": 1,')
    with pytest.raises(Refusal, match=FIRST):
        deploys.unfinished(str(tmp_path))

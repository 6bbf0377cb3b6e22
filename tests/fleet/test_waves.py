# SPDX-License-Identifier: GPL-3.0-or-later
"""Waves over six real PBXs: the sizes that really ran, what a failure stops and what it leaves, who cannot be reached, and how it goes on."""
import re

import lab
import pytest
from lab import APPLY, RESTORE, inside, look, unlike
from rollouts import ABSENT, CUT, FAILS, LIES, MENDED, WISH, broken, clusters, failing_over, mended, site, waves

READ = 'Read the PBX and resolve the routes'
UNSEEN = 'queue_failover_waves is set in the inventory'


@pytest.mark.quick
def test_the_waves_that_really_ran_each_proven_before_the_next(pbxs, tmp_path):
    """Each PBX recorded when its deploy began and when its proof was through: that gives the waves, whatever Ansible says of them."""
    first = site(tmp_path, pbxs, WISH)
    assert set(first.states.values()) == {'changed'} and failing_over(pbxs) == set(pbxs)
    assert [len(group) for group in clusters(pbxs)] == first.sizes == [1, 1, 4]
    assert clusters(pbxs) == [{pbx for pbx in pbxs if first.waves[pbx] == number} for number in (1, 2, 3)] == [{'wave1'}, {'wave2'}, set(pbxs[2:])]
    told = re.findall(r'^Wave .*', first.text, re.M)
    assert told[0] == 'Wave 1 of 3: 1 PBX; 0 of 6 done' and len(told) == 3
    assert re.fullmatch(r'Wave 2 of 3: 1 PBX; 1 of 6 done, about (\d+ min )?\d+ s left', told[1])
    assert re.fullmatch(r'Wave 3 of 3: 4 PBXs; 2 of 6 done, about (\d+ min )?\d+ s left', told[2])

    back = site(tmp_path, pbxs, ABSENT, waves=waves(2, '50%'))
    assert set(back.states.values()) == {'changed'} and failing_over(pbxs) == set()
    assert [len(group) for group in clusters(pbxs)] == back.sizes == [2, 3, 1]


@pytest.mark.quick
@pytest.mark.pbxs(5)
def test_a_failure_restores_its_pbx_and_stops_the_next_wave_and_the_retry_file_goes_on(pbxs, tmp_path):
    broken(FAILS, ['wave2'])
    before = look(pbxs)
    stopped = site(tmp_path, pbxs, WISH, waves=waves(1, 2, '100%'))
    assert stopped.states == {'wave1': 'changed', 'wave2': 'restored', 'wave3': 'changed', 'wave4': 'untouched', 'wave5': 'untouched'}
    assert stopped.code == 2 and 'fwconsole reload failed with exit code 1 (PHP Fatal error)' in stopped.pbxs['wave2']['sentence']
    assert stopped.sizes == [1, 2] and stopped.text.count('Not begun: this wave') == 1
    assert failing_over(pbxs) == {'wave1', 'wave3'}, 'its wave is finished, and what is done stays'
    without, done, after = ['wave2', 'wave4', 'wave5'], ['wave1', 'wave3'], look(pbxs)
    assert as_before(before, after, ['wave2'], ['wave4', 'wave5'])
    assert stopped.retry == set(without)

    mended(['wave2'])
    rest = site(tmp_path, pbxs, WISH, '--limit', kept(tmp_path))
    assert rest.code == 0 and rest.states == dict.fromkeys(without, 'changed') and rest.sizes == [1, 1, 1]
    assert failing_over(pbxs) == set(pbxs)
    assert unlike({pbx: after[pbx] for pbx in done}, look(done)) == []


@pytest.mark.pbxs(2)
def test_a_proof_that_fails_stops_the_next_wave_too(pbxs, tmp_path):
    broken(LIES, ['wave1'])
    before = look(pbxs)
    stopped = site(tmp_path, pbxs, WISH)
    assert stopped.states == {'wave1': 'restored', 'wave2': 'untouched'} and stopped.sizes == [1] and stopped.code == 2
    assert 'after the reload it is still not in force' in stopped.pbxs['wave1']['sentence']
    assert as_before(before, look(pbxs), ['wave1'], ['wave2'])


def as_before(before, after, restored, untouched):
    """Byte for byte. Where nothing can reload, FreePBX's flag stays: its own way to say that somebody shall. The untouched have not even a folder of ours."""
    assert unlike({pbx: before[pbx] for pbx in restored}, after, ' flag ') == []
    assert unlike({pbx: before[pbx] for pbx in untouched}, after) == []
    return set(lab.everywhere('ls -d /var/lib/queue-failover 2> /dev/null; true', untouched).values()) == {''}


def kept(folder):
    """The retry file under another name: a run that is green leaves none, and site() looks whether it did."""
    return '@%s' % (folder / 'site.retry').rename(folder / 'former.retry')


@pytest.mark.pbxs(3)
def test_a_canary_that_cannot_be_reached_leaves_the_waves(pbxs, tmp_path):
    one = dict(WISH, queue_failover_max_failures=1)
    run = site(tmp_path, pbxs, one, out_of_reach=['wave1'])
    assert run.states == {'wave1': 'not reached', 'wave2': 'changed', 'wave3': 'changed'}
    assert run.code == 2 and run.sizes == [1, 1] and run.retry == {'wave1'} and run.waves['wave1'] is None
    assert clusters(pbxs[1:]) == [{'wave2'}, {'wave3'}]
    again = site(tmp_path, pbxs, one, '--limit', kept(tmp_path))
    assert again.code == 0 and again.states == {'wave1': 'changed'}


@pytest.mark.pbxs(3)
def test_more_out_of_reach_than_allowed_and_nothing_is_begun(pbxs, tmp_path):
    before = look(pbxs)
    run = site(tmp_path, pbxs, dict(WISH, queue_failover_max_failures=1), out_of_reach=['wave1', 'wave3'])
    assert '2 PBXs cannot be reached (wave1, wave3), more than queue_failover_max_failures (1); nothing was begun' in run.words
    assert run.states == {'wave1': 'not reached', 'wave2': 'untouched', 'wave3': 'not reached'} and run.sizes == []
    # One of them answers ssh, but has no Python there.
    nobody = site(tmp_path, pbxs, WISH, out_of_reach=pbxs[1:], own={'wave1': {'ansible_python_interpreter': '/usr/bin/none'}})
    assert 'wave1 has no Python that runs, see ansible_python_interpreter: ' in nobody.pbxs['wave1']['sentence']
    assert set(nobody.states.values()) == {'not reached'} and nobody.sizes == [] and nobody.retry == set(pbxs)
    assert unlike(before, look(pbxs)) == []


@pytest.mark.quick
@pytest.mark.pbxs(3)
def test_an_inventory_that_sets_the_waves_is_an_error(pbxs, tmp_path):
    """For all PBXs or for the last alone; where -e says them, that is what counts."""
    before = look(pbxs)
    for variables, own in ((dict(WISH, queue_failover_waves=[1]), None), (WISH, {'wave3': {'queue_failover_waves': ['100%']}})):
        run = site(tmp_path, pbxs, variables, own=own)
        assert run.code == 2 and UNSEEN in run.words and set(run.states.values()) == {'untouched'} and run.sizes == []
    assert unlike(before, look(pbxs)) == []
    said = site(tmp_path, pbxs, dict(WISH, queue_failover_waves=[3]), '--check', waves=waves(1, 2))
    assert said.code == 0 and said.sizes == [1, 2] and UNSEEN not in said.words


@pytest.mark.pbxs(3)
def test_a_refusal_stops_the_waves_in_check_mode_too_and_nothing_is_written(pbxs, tmp_path):
    wrong = [{'queue': '600', 'routes': {'TIMEOUT': {'queue': '777'}}}]
    before = look(pbxs)
    run = site(tmp_path, pbxs, WISH, '--check', own={'wave2': {'queue_failover_host_queues': wrong}})
    assert run.states == {'wave1': 'would change', 'wave2': 'refused', 'wave3': 'untouched'}
    assert run.code == 2 and run.sizes == [1, 1] and 'this PBX has no queue "777"' in run.pbxs['wave2']['sentence']
    assert unlike(before, look(pbxs)) == []


@pytest.mark.pbxs(3)
@pytest.mark.parametrize('step, back, state', [(READ, False, 'not reached'), (APPLY, True, 'restored'), (APPLY, False, 'not restored')])
def test_a_pbx_is_lost_in_the_middle_of_its_wave(pbxs, tmp_path, step, back, state):
    """Before it was touched, with the line back in time, and with a line that stays down until the next run."""
    hooks = [[step, inside(CUT, ['wave1'])]] + ([[RESTORE, inside(MENDED, ['wave1'])]] if back else [])
    before = look(pbxs)
    run = site(tmp_path, pbxs, WISH, waves=waves(2, '100%'), hooks=hooks)
    assert run.states == {'wave1': state, 'wave2': 'changed', 'wave3': 'untouched'}, run.text
    assert run.code == 2 and run.sizes == [2] and failing_over(['wave2', 'wave3']) == {'wave2'}
    assert as_before(before, look(pbxs), [] if state == 'not restored' else ['wave1'], ['wave3'])
    if state == 'not restored':
        lab.everywhere(MENDED, ['wave1'])
        rest = site(tmp_path, pbxs, WISH, '--limit', kept(tmp_path))
        assert rest.code == 0 and set(rest.states) == {'wave1', 'wave3'} and failing_over(pbxs) == set(pbxs)

# SPDX-License-Identifier: GPL-3.0-or-later
"""What the callback says while a rollout works: waves as Ansible cuts them, time left, steps that take long."""
import importlib.util

import pytest
from checkout import ROOT
from hypothesis import given
from hypothesis import strategies as st

SPEC = importlib.util.spec_from_file_location('progress', ROOT / 'callback_plugins' / 'queue_failover.py')
progress = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(progress)


@pytest.mark.parametrize('serial, total, sizes', [
    ([1, '10%', '100%'], 30, [1, 3, 26]), ([1, '10%', '100%'], 1, [1]), ([1, '10%', '100%'], 2, [1, 1]), ([5], 12, [5, 5, 2]),
    (['100%'], 7, [7]), ([1, 2], 6, [1, 2, 2, 1]), ([1, '10%', '100%'], 0, [])])
def test_waves_are_cut_as_ansible_cuts_them(serial, total, sizes):
    assert progress.sizes(serial, total) == sizes


@given(st.lists(st.one_of(st.integers(1, 50), st.sampled_from(['1%', '10%', '50%', '100%'])), min_size=1, max_size=4), st.integers(0, 300))
def test_the_waves_hold_every_pbx_once(serial, total):
    assert sum(progress.sizes(serial, total)) == total and all(size > 0 for size in progress.sizes(serial, total))


def test_a_wave_says_how_many_are_done_and_about_how_long_the_rest_takes():
    waves = progress.Waves([1, 3, 26], forks=5)
    assert waves.begin(100.0) == 'Wave 1 of 3: 1 PBX; 0 of 30 done'
    assert waves.begin(110.0) == 'Wave 2 of 3: 3 PBXs; 1 of 30 done, about 1 min 10 s left', 'one round of 3 and six of 26, 10 s each'
    assert waves.begin(130.0) == 'Wave 3 of 3: 26 PBXs; 4 of 30 done, about 2 min 0 s left', 'six rounds of the longest, 20 s'


def test_only_steps_that_take_long_are_told_and_many_pbxs_are_counted():
    running = {'pbx%d' % number: ('queue_failover : Bring into force', 100.0) for number in range(1, 8)}
    running['new'] = ('queue_failover : Bring into force', 125.0)
    assert progress.still_going(running, 129.0) == ''
    assert progress.still_going(running, 170.0 - 20) == 'Bring into force: still going on pbx1, pbx2, pbx3, pbx4, pbx5 and 2 more after 50 s'

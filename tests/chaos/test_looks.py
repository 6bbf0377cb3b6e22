# SPDX-License-Identifier: GPL-3.0-or-later
"""What the harness compares, without a PBX: each comparison must be able to say no."""
import copy

import looks
import wishes

FOREIGN = b'; theirs \xd7\xf3\n[theirs]\nexten => s,1,Hangup()\n'
BLOCK = b'; BEGIN queue_failover ours\n[ours]\n; END queue_failover ours\n'
FIRST = {'600': {'dest': ['ext-local,vmu200,1'], 'maxwait': [''], 'joinempty': ['yes'], 'leavewhenempty': ['no']}}
WISH = {'queue_failover_context': 'ours', 'queue_failover_queues': [{'queue': '600', 'max_wait': 30, 'routes': {'FULL': {'terminate': 'busy'}}}]}


def now(**more):
    return dict({'custom': FOREIGN + BLOCK, 'stat': [1, 2, 3], 'state': {'taken.json': '{}'}, 'settings': FIRST, 'rows': ['row'], 'destinations': [],
                 'hand_written': {'extensions.conf': 'sum'}}, **more)


def test_foreign_bytes():
    assert looks.foreign(FOREIGN + BLOCK + FOREIGN) == (FOREIGN * 2, [])
    assert looks.bytes_lost(FOREIGN, FOREIGN + BLOCK) == 0
    assert looks.bytes_lost(FOREIGN + BLOCK, b'') == len(FOREIGN)
    assert looks.bytes_lost(FOREIGN, FOREIGN.replace(b'Hangup', b'')) == 6
    assert looks.bytes_lost(FOREIGN, FOREIGN + b'more') > 0
    joined = FOREIGN[:-1] + b'\n' + BLOCK.replace(b'ours\n[', b'ours (the line above had no line end)\n[')
    assert looks.bytes_lost(FOREIGN[:-1], joined) == 0
    for cut in range(2, len(BLOCK) - 5):
        assert looks.foreign(FOREIGN + BLOCK[:-cut])[1] or looks.bytes_lost(FOREIGN, FOREIGN + BLOCK[:-cut]), cut


def broken(**more):
    after = looks.expected_settings(FIRST, WISH)
    assert after['600'] == {'dest': ['ours,s,1'], 'maxwait': ['30'], 'joinempty': ['yes'], 'leavewhenempty': ['no']}
    return looks.broken_off(now(custom=FOREIGN), now(**more), FIRST, after)


def test_a_broken_run_leaves_all_as_before_or_all_as_after():
    assert broken() == broken(settings=looks.expected_settings(FIRST, WISH)) == (0, [])
    half = copy.deepcopy(FIRST)
    half['600']['dest'] = ['ours,s,1']
    for wrong in (dict(settings=half), dict(stat=[1, 2, 4]), dict(state={'taken.json': '{"a"'}), dict(rows=['row', 'more']), dict(hand_written={}),
                  dict(custom=FOREIGN + BLOCK[:-30]), dict(destinations=['{"target": "theirs,s,1"}'])):
        assert len(broken(**wrong)[1]) == 1, wrong
    assert broken(custom=BLOCK)[0] == len(FOREIGN)
    stray = dict(hand_written={'extensions.conf': 'sum', '.queue_failover.abc': 'sum'})
    assert broken(**stray) == (0, []) and looks.strays(now(**stray)) == ['.queue_failover.abc']
    assert len(looks.disturbed(now(), now(**stray))) == 1, 'until the next run, no longer'


def test_the_wishes_lead_somewhere_else_before_and_after_each_change():
    for queue, status in [(queue, status) for queue in ('600', '601', '603') for status in wishes.STATUSES]:
        places = [wishes.landing(wish, queue, status) for wish in (None, wishes.ROUTES, wishes.CHANGED)]
        assert len(set(places)) == 3, (queue, status, places)

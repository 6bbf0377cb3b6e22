# SPDX-License-Identifier: GPL-3.0-or-later
"""Back to before a deploy: only values that are still ours, through several deploys, and the blocks byte for byte (issue 4, item 3)."""
import copy

import pytest
from ansible.module_utils.freepbx_failover import blocks, deploys, undo
from ansible.module_utils.freepbx_failover.plan import Change
from hypothesis import given
from hypothesis import strategies as st

OLD, NEW, THEIRS = 'ext-local,vmu200,1', 'queue-failover,s,1', 'app-blackhole,busy,1'


def record(*changes, custom=None, **more):
    """A deploy's record that changed (queue, setting, before, after)."""
    found = dict(copy.deepcopy(deploys.EMPTY), **more)
    undo.note_changes(found, [Change(*change) for change in changes])
    found['custom_destination'] = custom
    return found


def rows(**queues):
    return {number.lstrip('q'): dict({'destination': '', 'max_wait': '', 'join_empty': 'yes', 'leave_when_empty': 'no'}, **row)
            for number, row in queues.items()}


def test_a_value_that_is_still_ours_goes_back():
    changes, notes = undo.queue_changes([record(('600', 'destination', OLD, NEW))], rows(q600={'destination': NEW}))
    assert changes == [Change('600', 'destination', NEW, OLD)] and notes == []


def test_a_value_that_somebody_changed_stays_and_is_said():
    changes, notes = undo.queue_changes([record(('600', 'max_wait', '', '60'))], rows(q600={'max_wait': '45'}))
    assert changes == [] and notes == ['Queue 600: its Max Wait Time was set to 45 seconds by somebody else; it stays so.']


def test_a_change_that_was_never_committed_is_none():
    assert undo.queue_changes([record(('600', 'destination', OLD, NEW))], rows(q600={'destination': OLD})) == ([], [])


def test_a_queue_that_is_gone_is_said():
    changes, notes = undo.queue_changes([record(('600', 'destination', OLD, NEW))], rows())
    assert changes == [] and 'Queue 600 no longer exists' in notes[0]


def test_several_deploys_go_back_to_before_the_oldest():
    newest, oldest = record(('600', 'max_wait', '60', '100')), record(('600', 'max_wait', '', '60'), ('600', 'destination', OLD, NEW))
    changes, notes = undo.queue_changes([newest, oldest], rows(q600={'max_wait': '100', 'destination': NEW}))
    assert changes == [Change('600', 'max_wait', '100', ''), Change('600', 'destination', NEW, OLD)] and notes == []


def test_what_somebody_set_between_two_deploys_is_where_the_way_back_ends():
    newest, oldest = record(('600', 'max_wait', '45', '100')), record(('600', 'max_wait', '', '60'))
    changes, notes = undo.queue_changes([newest, oldest], rows(q600={'max_wait': '100'}))
    assert changes == [Change('600', 'max_wait', '100', '45')] and 'set to 45 seconds by somebody else' in notes[0]


def test_a_run_that_continues_another_keeps_the_value_before_the_first():
    broken = record(('600', 'destination', OLD, NEW))
    undo.note_changes(broken, [Change('600', 'destination', NEW, 'overflow,s,1')])
    assert broken['queues'] == [{'queue': '600', 'setting': 'destination', 'before': OLD, 'after': 'overflow,s,1'}]


def test_a_run_that_continues_another_takes_what_somebody_set_in_between():
    broken = record(('600', 'destination', OLD, NEW))
    undo.note_changes(broken, [Change('600', 'destination', THEIRS, NEW)])
    assert broken['queues'] == [{'queue': '600', 'setting': 'destination', 'before': THEIRS, 'after': NEW}]


@pytest.mark.parametrize('value, written', [(NEW, True), (OLD, False), (THEIRS, False)])
def test_an_intention_counts_as_ours_only_if_its_rows_are_there(value, written):
    assert undo.is_written(record(('600', 'destination', OLD, NEW)), rows(q600={'destination': value}), {}) is written


def test_while_rows_are_put_back_the_flag_is_ours_though_no_row_is():
    assert undo.is_written(record(('600', 'destination', OLD, NEW), restoring=True), rows(q600={'destination': OLD}), {})


def test_a_custom_destination_that_we_made_counts_and_one_that_is_gone_does_not():
    made = record(custom={'before': None, 'after': {'destid': '2', 'target': NEW, 'description': 'Queue failover'}})
    assert undo.is_written(made, {}, {'2': {'destid': '2', 'target': NEW, 'description': 'Queue failover'}})
    assert not undo.is_written(made, {}, {})


def test_queues_that_somebody_changed_since_are_named():
    found = record(('600', 'max_wait', '', '60'), ('601', 'max_wait', '', '30'), ('602', 'max_wait', '', '20'))
    assert undo.changed_since(found, rows(q600={'max_wait': '45'}, q601={'max_wait': '30'}, q602={})) == ['600']


def test_the_custom_destination_goes_back_or_stays():
    ours = {'destid': '2', 'target': NEW, 'description': 'Queue failover'}
    made = record(custom={'before': None, 'after': ours})
    assert undo.destination_change([made], {'2': dict(ours)}) == (dict(ours), None, None)
    renamed = {'2': dict(ours, description='Mine')}
    assert undo.destination_change([made], renamed) == (renamed['2'], None, None), 'we made it and it leads to us still'
    before, after, sentence = undo.destination_change([made], {'2': dict(ours, target='elsewhere,s,1')})
    assert before is after and 'was changed in FreePBX' in sentence
    assert undo.destination_change([record()], {}) == (None, None, None)


TEXT = st.sampled_from([b'', b'[foreign]\nexten => s,1,Hangup()\n', b'; \xea\xee\xec\xec\xe5\xed\xf2\r\n', b'no end of line'])
ENTRY = b'[q]\nexten => s,1,Goto(q-entry-%s,s,1)\n[q-entry-%s]\nexten => s,1,NoOp()\n'


def block(digest, *queues):
    return ENTRY % (digest, digest) + b''.join(b'[q-%s]\nexten => TIMEOUT,1,Return(x,1,1)\n' % queue for queue in queues)


@given(before=TEXT, old=st.lists(st.sampled_from([b'600', b'601']), unique=True), new=st.lists(st.sampled_from([b'600', b'602']), unique=True),
       same=st.booleans())
def test_the_blocks_of_before_come_back_byte_for_byte_and_nothing_needed_goes_on_the_way(before, old, new, same):
    found = blocks.put(before, 'q', block(b'aaaaaaaa', *old))
    kept = undo.kept_blocks(found)
    text = block(b'aaaaaaaa' if same else b'bbbbbbbb', *new)
    deployed = blocks.put(blocks.retire(found, 'q', text), 'q', text)
    beside = undo.blocks_beside(deployed, kept)
    wanted = blocks.contexts(blocks.find(deployed)) | blocks.contexts(blocks.find(found))
    assert blocks.contexts(blocks.find(beside)) == wanted, 'on the way every context of before and of now is there'
    exact, names = undo.blocks_exact(beside, kept)
    assert blocks.take_out(exact, names) == found


def test_a_deploy_that_was_the_first_leaves_nothing():
    found = blocks.put(b'[foreign]', 'q', block(b'aaaaaaaa', b'600'))
    exact, names = undo.blocks_exact(undo.blocks_beside(found, []), [])
    assert blocks.take_out(exact, names) == b'[foreign]'


def entry(former, ours):
    return {'former': former, 'ours': ours}


@pytest.mark.parametrize('taken', [{'600': {'max_wait': entry('', '30')}}, {}])
def test_after_a_run_that_was_broken_off_a_value_of_ours_is_not_taken_for_the_administrators(taken):
    """The row has 60, which was ours before the broken-off run (or is again, by a rollback that was broken off)."""
    broken = record(('600', 'max_wait', '60', '30'), before={'blocks': [], 'memory': {'queues': {'600': {'max_wait': entry('', '60')}}}})
    assert undo.remembered(taken, [broken], rows(q600={'max_wait': '60'})) == {'600': {'max_wait': entry('', '60')}}
    assert undo.remembered(taken, [broken], rows(q600={'max_wait': '45'})) == taken, "somebody's value is his"
    assert undo.remembered(taken, [dict(broken, finished='x')], rows(q600={'max_wait': '60'})) == taken, 'a deploy that ended says nothing'


def test_a_custom_destination_whose_row_is_back_is_ours_again():
    """A removal forgot it, its way back brought the row again and then broke off."""
    row = {'destid': '3', 'target': 'queue-failover,s,1', 'description': 'Queue failover', 'notes': '', 'destret': '0', 'dest': ''}
    mine = {'destid': '3', 'made': True, 'former': None}
    broken = record(custom={'before': row, 'after': None}, before={'blocks': [], 'memory': {'custom_destination': mine}})
    assert undo.remembered_destination(None, [broken], {'3': row}) == mine
    assert undo.remembered_destination(None, [broken], {}) is None, 'it is gone'
    assert undo.remembered_destination(None, [broken], {'3': dict(row, target='theirs,s,1')}) is None, "somebody else's by now"
    assert undo.remembered_destination(None, [dict(broken, finished='2026')], {'3': row}) is None, 'that run has ended'


def test_a_custom_destination_that_is_gone_is_ours_no_more():
    mine, row = {'destid': 3, 'made': True, 'former': None}, {'destid': '3', 'target': 'queue-failover,s,1'}
    assert undo.remembered_destination(mine, [], {'3': row}) == mine
    assert undo.remembered_destination(mine, [], {'4': dict(row, destid='4')}) is None
    assert undo.remembered_destination(mine, [record()], {}) is None

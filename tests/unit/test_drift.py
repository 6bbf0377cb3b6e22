# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is different: YAML, database, generated files or what Asterisk has loaded (issue 4, item 5)."""
import pytest
from ansible.module_utils.freepbx_failover import drift

US, OLD = 'queue-failover,s,1', 'ext-local,vmu200,1'
WISH = {'600': {'destination': US, 'max_wait': '60', 'join_empty': 'strict'}}
TAKEN = {'600': {'destination': {'former': OLD, 'ours': US}, 'max_wait': {'former': '', 'ours': '60'}, 'join_empty': {'former': 'yes', 'ours': 'strict'}}}


def places(database=None, generated=None, sections=None, loaded=None):
    """A PBX that is as deployed, with what is given changed."""
    return {'rows': {'600': dict({'destination': US, 'max_wait': '60', 'join_empty': 'strict', 'leave_when_empty': 'no'}, **(database or {}))},
            'generated': {'600': generated or (US, '60')}, 'sections': {'600': sections or {'joinempty': 'strict'}},
            'loaded': {'600': loaded or (US, '60')}}


def found(wish=None, **changed):
    return [(row['setting'], row['different']) for row in drift.queues(wish or WISH, TAKEN, places(**changed), True)]


def test_nothing_differs_where_all_say_the_same():
    assert drift.queues(WISH, TAKEN, places(), True) == []


@pytest.mark.parametrize('changed, setting, different', [
    ({'database': {'max_wait': '45'}}, 'Max Wait Time', ['database']),
    ({'database': {'destination': OLD}}, 'Fail Over Destination', ['database']),
    ({'database': {'join_empty': 'yes'}}, 'Join Empty', ['database']),
    ({'generated': (US, '45')}, 'Max Wait Time', ['files']),
    ({'loaded': (OLD, '60')}, 'Fail Over Destination', ['loaded']),
    ({'sections': {'joinempty': 'loose'}}, 'Join Empty', ['files', 'loaded']),
    ({'database': {'max_wait': '45'}, 'generated': (US, '45'), 'loaded': (US, '45')}, 'Max Wait Time', ['database', 'files', 'loaded'])])
def test_the_place_that_was_changed_is_named(changed, setting, different):
    assert found(**changed) == [(setting, different)]


def test_a_yaml_that_was_changed_since_the_deploy_is_what_differs():
    assert found(wish={'600': dict(WISH['600'], max_wait='100')}) == [('Max Wait Time', ['YAML'])]


def test_without_memory_all_that_is_not_as_the_yaml_says_differs():
    rows = drift.queues({'600': dict(WISH['600'], max_wait='100')}, {}, places(), True)
    assert [(row['setting'], row['different']) for row in rows] == [('Max Wait Time', ['database', 'files', 'loaded'])]


def test_join_empty_is_not_known_while_its_file_is_newer_than_the_last_full_reload():
    rows = drift.queues(WISH, TAKEN, places(), False)
    assert [(row['setting'], row['different']) for row in rows] == [('Join Empty', ['loaded'])] and 'not known' in rows[0]['loaded']


def test_a_queue_taken_off_the_list_drifts_until_it_has_its_former_values_back():
    assert [row['setting'] for row in drift.queues({}, TAKEN, places(), True)] == ['Fail Over Destination', 'Max Wait Time', 'Join Empty']


def test_a_queue_that_was_deleted_says_so():
    gone = dict(places(), rows={}, generated={}, loaded={})
    assert 'no such queue' in drift.sentence(drift.queues(WISH, TAKEN, gone, True)[0])


@pytest.mark.parametrize('by_us, different', [(True, ['YAML']), (False, ['files', 'loaded'])])
def test_a_route_differs_in_the_yaml_if_the_file_is_as_we_left_it(by_us, different):
    rows = drift.routes({'600': {'TIMEOUT': 'a,1,1'}}, {'600': {'TIMEOUT': 'b,1,1'}}, {'600': {'TIMEOUT': 'b,1,1'}}, by_us)
    assert [(row['queue'], row['setting'], row['different']) for row in rows] == [('600', 'route TIMEOUT', different)]


def test_a_sentence_names_queue_setting_each_place_and_who():
    row = drift.queues(WISH, TAKEN, places(database={'max_wait': '45'}), True)[0]
    assert drift.sentence(row) == ('queue 600 Max Wait Time: YAML 60 seconds, database 45 seconds, files 60 seconds, loaded 60 seconds '
                                   '(database differs)')

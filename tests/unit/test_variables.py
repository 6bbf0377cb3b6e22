# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain variables are judged before the first change; each mistake is one finding with variable, value and remedy."""
import pytest
import yaml
from ansible.module_utils.freepbx_failover import variables
from checkout import ROOT

BAD = [
    ('max_hops', 'five'), ('max_hops', 0), ('max_hops', -1), ('max_hops', [5]), ('max_hops', None), ('max_hops', True), ('max_hops', 2.5),
    ('max_hops', '5]?ask)'), ('max_hops', 10 ** 20), ('max_hops', '٥'), ('drain_s', 'soon'), ('drain_s', -5), ('drain_s', '2:00'),
    ('reload_busy_s', 'for ever'), ('reload_busy_s', float('inf')), ('proof_s', {'minutes': 1}), ('proof_s', float('nan')),
    ('queue_log', 'perhaps'), ('queue_log', []), ('user_event', 7), ('count_timeout', None), ('standby', 'maybe'), ('derive_empty_policy', {}),
    ('state', 'gone'), ('state', True), ('pending_changes', None), ('context', True), ('context', None), ('custom_destination', ['Queue failover']),
    ('custom_destination_notes', 5), ('state_dir', 'lib/qf'), ('state_dir', ['a']), ('state_dir', '/a\0b'), ('state_dir', '/var/lib/'), ('state_dir', '/'),
    ('state_dir', '/proc/qf'), ('freepbx_conf', '/' + 'x' * 5000),
    ('freepbx_conf', ''), ('freepbx_conf', None), ('former_destinations', []), ('former_destinations', 'x'), ('finding_severity', 'loop')]
GOOD = [
    ('max_hops', 5, 5), ('max_hops', '7', 7), ('drain_s', 0, 0), ('queue_log', True, True), ('queue_log', 'no', False), ('standby', 'True', True),
    ('user_event', 1, True), ('state', 'absent', 'absent'), ('pending_changes', 'leave', 'leave'), ('context', 'a', 'a'), ('state_dir', '', ''),
    ('state_dir', '/srv/qf', '/srv/qf'), ('former_destinations', None, {}), ('former_destinations', {'600': ''}, {'600': ''}), ('finding_severity', None, {})]


@pytest.mark.parametrize('name, value', BAD, ids=lambda value: ascii(value)[:30])
def test_a_wrong_value_is_one_finding_that_names_the_variable_and_the_remedy(name, value):
    values, (finding,) = variables.judge({name: value})
    assert finding.where == 'queue_failover_' + name and finding.severity == 'error' and finding.remedy
    assert variables.judge(values)[1] == [], 'the value to go on with is a good one'


@pytest.mark.parametrize('name, value, taken', GOOD, ids=lambda value: ascii(value)[:30])
def test_a_good_value_is_taken(name, value, taken):
    assert variables.judge({name: value}) == ({name: taken}, [])


def test_all_mistakes_are_told_at_once():
    assert len(variables.judge(dict(BAD))[1]) == len(dict(BAD))


def test_the_defaults_are_those_of_the_role():
    defaults = yaml.safe_load((ROOT / 'roles/queue_failover/defaults/main.yml').read_text())
    given = {name[len('queue_failover_'):]: value for name, value in defaults.items()}
    known = {**{name: row[2] for name, row in variables.NUMBERS.items()}, **variables.FLAGS, **variables.PATHS,
             **{name: words[0] for name, words in variables.WORDS.items()}}
    assert {name: given[name] for name in known} == known
    assert variables.judge({name: given[name] for name in known})[1] == []


@pytest.mark.parametrize('keys, queues', [(['600', 600], ['600']), ([600, '601'], []), ([600, '600 ', '601', 601], ['600', '601'])])
def test_a_queue_that_stands_there_as_a_number_and_as_text_is_told(keys, queues):
    _values, found = variables.judge({'former_keys': keys})
    assert [finding.where for finding in found] == ['queue_failover_former_destinations[%s]' % queue for queue in queues]

# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong or doubtful in a wish, said all at once, before anything is written (issue 3, 2 to 4)."""
import pytest
import support

OVERRIDE = '/etc/asterisk/extensions_override_freepbx.conf'
MENDED = {'ivr': 'Night menu'}


def wish(ivr, severities, **more):
    return dict(more, queue_failover_finding_severity=severities, queue_failover_default={'terminate': 'hangup'}, queue_failover_queues=[
        {'queue': '603', 'join_empty': 'strict', 'routes': {'JOINEMPTY': {'ring_group': 'Sales group'}}},
        {'queue': '602', 'routes': {'TIMEOUT': ivr, 'FULL': {'terminate': 'busy'}}, 'max_wait': 30},
        {'queue': '601', 'routes': {'LEAVEEMPTY': {'terminate': 'busy'}}}])


@pytest.fixture(scope='module')
def pbxs(fleet):
    """An override file that goes before queue 602, and a ring group that sends its callers back to the queue that sent them."""
    before = {name: support.sh(name, 'cat %s' % OVERRIDE) for name in fleet.pbxs}
    for name in fleet.pbxs:
        support.sh(name, "printf '[ext-queues]\\nexten => 602,1,NoOp(mine)\\n' >> %s" % OVERRIDE)
        support.sql(name, "UPDATE ringgroups SET postdest = 'ext-queues,603,1' WHERE grpnum = '610'")
    yield list(fleet.pbxs)
    for name, text in before.items():
        support.sh(name, "printf '%%s' '%s' > %s" % (text.replace("'", "'\\''"), OVERRIDE))
        support.sql(name, "UPDATE ringgroups SET postdest = 'app-blackhole,hangup,1' WHERE grpnum = '610'")
        support.sh(name, 'fwconsole reload')


def sentences(run, name):
    """The lines of the run's messages for a PBX, as an administrator reads them."""
    text = run.text.replace('\\n', '\n').replace('\\"', '"')
    return [line for part in text.split('[%s]' % name)[1:] for line in part.split('TASK [')[0].splitlines()]


# Each finding: where it is, what it says, and the remedy, by the words.
LOOP = ('queue 603', 'queue 603 JOINEMPTY -> ext-group,610,1 -> queue 603', 'no queue')
UNKNOWN = ('queue 602).routes.TIMEOUT', '"Nigth menu"', 'nearest: Night menu')
NEVER = ('queue 602).routes.FULL', 'never fires', 'Max Callers')
NEVER_LEAVE = ('queue 601).routes.LEAVEEMPTY', 'leave_when_empty is no', 'set leave_when_empty')
OVERRIDDEN = ('queue 602', 'extensions_override_freepbx.conf line', 'Fail Over Destination')


def says(lines, *parts):
    return any(all(part in line for part in parts) for line in lines)


def test_every_mistake_is_refused_in_one_run_and_nothing_is_written(fleet, pbxs):
    before = {name: (support.config(name), support.tables(name), support.reloads(name)) for name in pbxs}
    run = fleet.refused(wish({'ivr': 'Nigth menu'}, {'never-fires': 'error', 'override': 'error'}))
    for name in pbxs:
        lines = sentences(run, name)
        assert [parts for parts in (LOOP, UNKNOWN, NEVER, NEVER_LEAVE, OVERRIDDEN) if not says(lines, *parts)] == [], run.text
    assert run.changed == set()
    assert {name: (support.config(name), support.tables(name), support.reloads(name)) for name in pbxs} == before


@pytest.mark.parametrize('code', ['loop', 'never-fires', 'override'])
def test_each_of_them_alone_is_enough_to_refuse(fleet, pbxs, code):
    others = {other: 'warning' for other in ('loop', 'never-fires', 'override')}
    run = fleet.refused(wish(MENDED, dict(others, **{code: 'error'})))
    assert 'nothing was written' in run.text and run.changed == set()


def test_with_severities_lowered_it_deploys_and_says_what_is_not_ignored(fleet, pbxs):
    run = fleet.deploy(wish(MENDED, {'loop': 'warning', 'override': 'ignore'}))
    for name in pbxs:
        lines = sentences(run, name)
        assert [parts for parts in (LOOP, NEVER, NEVER_LEAVE) if not says(lines, *parts)] == [], run.text
        assert not says(lines, *OVERRIDDEN)
        assert support.sql(name, "SELECT maxwait, dest FROM queues_config WHERE extension = '602'") == [['30', 'queue-failover,s,1']]


def test_a_policy_is_derived_for_a_queue_with_static_agents_and_said(fleet, pbxs):
    stored = "SELECT data FROM queues_details WHERE id = '601' AND keyword = '%s'"
    for name in pbxs:
        assert support.sql(name, stored % 'leavewhenempty') == [['no']]
    run = fleet.deploy(wish(MENDED, {'loop': 'warning'}, queue_failover_derive_empty_policy=True))
    for name in pbxs:
        assert support.sql(name, stored % 'leavewhenempty') == [['strict']]
        assert support.sql(name, stored % 'joinempty') == [['yes']], 'no route needs it'
        lines = sentences(run, name)
        assert says(lines, 'queue 601', 'leave_when_empty is set to strict', 'LEAVEEMPTY')
        assert not says(lines, *NEVER_LEAVE) and says(lines, *NEVER)

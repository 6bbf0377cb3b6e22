# SPDX-License-Identifier: GPL-3.0-or-later
"""What a caller meets before he moves on, what supervisors get, and when a call has turned too often (issue 3, 4 to 6)."""
import re
import subprocess
import time

import pytest
import wishes

RING = 'app-blackhole,ring,1'
NAME = 'CALLERID(name)'


def test_a_recording_is_played_under_its_name_before_the_call_lands(fleet, each):
    fleet.deploy(wishes.EVERYTHING)

    def call(pbx):
        with pbx.leave('01601', 'WITHDRAW') as caller:
            assert caller.landing() == RING
            assert [data for name, data in caller.applications if name.lower() == 'playback'] == ['vm-goodbye']
            log = pbx.complete_log(caller.position)
            assert "Playing 'vm-goodbye." in log and 'does not exist in any format' not in log
            assert caller.variable('PLAYBACKSTATUS') == 'SUCCESS'
    each(call)


def test_an_awkward_prefix_stands_literally_before_the_name_and_a_second_fail_over_piles_nothing_up(fleet, each):
    fleet.deploy(wishes.EVERYTHING)

    def call(pbx):
        with pbx.ringing() as caller:
            caller.set_variable(NAME, 'Иван')
            assert caller.leaves('01601', 'JOINEMPTY', 1) == RING
            assert caller.variable(NAME) == wishes.AWKWARD + 'Иван'
            assert caller.leaves('01601', 'FULL', 2, 2) == RING
            assert caller.variable(NAME) == 'second Иван'
            assert caller.leaves('01601', 'TIMEOUT', 3, 3) == RING
            assert caller.variable('CALLERID(num)') == '100'
    each(call)


def test_recording_prefix_and_priority_of_one_route_all_happen(fleet, each):
    fleet.deploy(wishes.EVERYTHING)

    def call(pbx):
        with pbx.leave('01601', 'UNKNOWN') as caller:
            assert caller.landing() == 'app-blackhole,musiconhold,1'
            assert (caller.variable(NAME), caller.variable('QUEUE_PRIO')) == ('all Test', '0')
            assert ('Playback', 'hello-world') in caller.applications
    each(call)


def test_the_priority_is_on_the_channel_at_the_next_queue(fleet, each):
    fleet.deploy(wishes.EVERYTHING)

    def call(pbx):
        with pbx.leave('01601', 'CONTINUE') as caller:
            assert caller.landing() == 'ext-queues,01600,1'
            assert caller.until(lambda: 'Queue' in [name for name, _data in caller.applications])
            assert caller.variable('QUEUE_PRIO') == '7'
    each(call)


EVIL = ['?a:b,c;d"e"\'f\'', '${EPOCH}', '$[1+1]', '${SHELL(touch /tmp/evaluated)}', ')}]^|', '"', "'", '\\', '%41', ',,,', '${QUEUENUM:1}', 'x' * 70,
        '\u200f\u202e Ж', '&#34;', '-', '{()}', '0?app-blackhole,hangup,1:x']


@pytest.mark.parametrize('where', [NAME, 'CALLERID(num)', 'CALLERID(dnid)', 'FROM_DID'])
def test_nothing_a_caller_is_called_changes_a_route_or_is_evaluated(fleet, each, where):
    fleet.deploy(wishes.EVERYTHING)

    def call(pbx):
        with pbx.ringing() as caller:
            for number, text in enumerate(EVIL, 1):
                caller.set_variable(NAME, 'plain')
                caller.set_variable(where, text)
                assert caller.variable(where) == text, 'the test could not set it'
                # TIMEOUT sets the hop counter back, JOINEMPTY puts the prefix on: by turns, as two visits each
                assert caller.leaves('01601', 'JOINEMPTY', 2 * number, 2 * number - 1) == RING
                if where == NAME:
                    # the name of the first visit is kept, so that no prefix piles up
                    assert caller.variable(NAME) == wishes.AWKWARD + EVIL[0]
                else:
                    assert caller.variable(where) == text
                assert caller.leaves('01601', 'TIMEOUT', 2 * number + 1, 2 * number) == RING
            assert len(caller.notices()) == 2 * len(EVIL) and caller.warnings() == []
        assert pbx.run('find', '/tmp', '-name', 'evaluated') == ''
    each(call)


def test_one_name_each_call_arrives_whole_behind_the_prefix(fleet, each):
    fleet.deploy(wishes.EVERYTHING)

    def call(pbx):
        for text in EVIL:
            with pbx.ringing() as caller:
                caller.set_variable(NAME, text)
                assert caller.leaves('01601', 'JOINEMPTY', 1) == RING
                assert caller.variable(NAME) == wishes.AWKWARD + text
    each(call)


def test_a_real_circle_ends_at_the_overflow_after_max_hops(fleet, each):
    """Nobody serves queue 603; JOINEMPTY sends the caller there again: queue_failover_max_hops is 5 by default."""
    fleet.deploy(wishes.EVERYTHING)

    def call(pbx):
        with pbx.dial('603') as caller:
            caller.landing(wishes.HOPS + 1)
            assert caller.landings() == ['ext-queues,603,1'] * wishes.HOPS + ['app-blackhole,congestion,1']
            warnings = caller.warnings()
            assert len(warnings) == 1 and '603' in warnings[0] and 'JOINEMPTY' in warnings[0]
            assert caller.queue_log() == [('603', 'JOINEMPTY', 'ext-queues,603,1', str(hop)) for hop in range(1, wishes.HOPS + 1)] + [
                ('603', 'JOINEMPTY', 'app-blackhole,congestion,1', str(wishes.HOPS + 1))]
    each(call)


def test_the_hop_counter_goes_along_into_local_channels(fleet, each):
    """A ring group dials its agents by Local channels; whatever they come to counts on."""
    fleet.deploy(wishes.EVERYTHING)
    queue, status = wishes.WHERE['ring_group']
    assert status != 'TIMEOUT'

    def call(pbx):
        with pbx.leave(queue, status) as caller:
            assert caller.until(lambda: 'Dial' in [name for name, _data in caller.applications]), caller.steps
            deadline = time.monotonic() + 3
            found = []
            while not found:
                assert time.monotonic() < deadline
                found = re.findall(r'Local/200@standin-phone-[^!]*;2', pbx.cli('core show channels concise'))
            assert pbx.session.action('Getvar', [('Channel', found[0]), ('Variable', 'QF_HOPS')])['Value'] == '1'
    each(call)


FILE = '/etc/asterisk/extensions_custom.conf'


def test_a_reload_between_two_lookups_of_a_call_does_not_mix_the_tables_of_two_deploys(fleet, each):
    """Queue 603 has no row for the status but a default, then a row for the status but no default; by the PBX's default the call would be astray."""
    fleet.deploy(wishes.EVERYTHING)

    def call(pbx):
        as_deployed = _text(pbx)
        answered = 'same => n,Set(QF_ANSWER=${GOSUB_RETVAL})\n'
        before = _replaced(as_deployed, answered, answered + ' same => n,Wait(0.7)\n')
        table = before[before.index('[queue-failover-603]'):]
        after = before.replace(table, _replaced(table, 'exten => default,1,Return(app-blackhole,busy,1)\n',
                                                'exten => default,1,Return()\nexten => WITHDRAW,1,Return(app-blackhole,musiconhold,1)\n'))
        after = re.sub(r'(exten => TABLES1,1,Return)\(\w+\)', r'\1(00000000)', after, count=1)
        assert after.count('00000000') == 1
        try:
            _load(pbx, before)
            with pbx.leave('603', 'WITHDRAW') as caller:
                assert caller.until(lambda: 'Wait' in [name for name, _data in caller.applications]), caller.steps
                _load(pbx, after)
                assert caller.landing() == 'app-blackhole,musiconhold,1'
            with pbx.leave('603', 'WITHDRAW') as caller:
                assert caller.until(lambda: 'Wait' in [name for name, _data in caller.applications]), caller.steps
                _load(pbx, before)
                assert caller.landing() == 'app-blackhole,busy,1'
        finally:
            _load(pbx, as_deployed)
    each(call)


def _replaced(text, old, new):
    assert old in text
    return text.replace(old, new)


def _text(pbx):
    return subprocess.run(['podman', 'exec', pbx.name, 'cat', FILE], check=True, stdout=subprocess.PIPE).stdout.decode('latin-1')


def _load(pbx, text):
    subprocess.run(['podman', 'exec', '-i', pbx.name, 'sh', '-c', 'cat > ' + FILE], check=True, input=text.encode('latin-1'))
    pbx.cli('dialplan reload')


@pytest.mark.parametrize('status', ['TIMEOUT', 'FULL', 'JOINEMPTY', 'LEAVEEMPTY', 'CONTINUE', 'UNKNOWN', 'WITHDRAW'])
def test_each_fail_over_has_one_event_in_queue_log_and_one_user_event(fleet, each, status):
    fleet.deploy(wishes.EVERYTHING)
    destination = {'LEAVEEMPTY': 'app-blackhole,busy,1', 'CONTINUE': 'ext-queues,01600,1', 'UNKNOWN': 'app-blackhole,musiconhold,1'}.get(status, RING)
    hop = '0' if status == 'TIMEOUT' else '1'

    def call(pbx):
        with pbx.leave('01601', status) as caller:
            assert caller.landing() == destination
            assert caller.queue_log() == [('01601', status, destination, hop)]
            (event,) = caller.reports
            expected = {'UserEvent': 'QueueFailover', 'Queue': '01601', 'Status': status, 'Destination': destination, 'Hop': hop}
            assert {key: event.get(key) for key in expected} == expected
            assert [key for key, value in event.items() if '\n' in value] == [], 'a header stands twice'
    each(call)


def test_ten_turns_through_timeout_are_not_cut(fleet, each):
    fleet.deploy(wishes.EVERYTHING)

    def call(pbx):
        with pbx.dial('01600') as caller:
            assert caller.until(lambda: len(caller.landings()) >= 10, 40), caller.landings()
            assert caller.landings()[:10] == ['ext-queues,01600,1'] * 10 and caller.warnings() == []
    each(call)


def test_with_the_switches_off_neither_event_is_written_and_timeouts_count(fleet, each):
    fleet.deploy(wishes.SWITCHED)

    def call(pbx):
        with pbx.dial('01600') as caller:
            assert caller.until(lambda: len(caller.landings()) > wishes.HOPS, 25), caller.landings()
            assert caller.landings() == ['ext-queues,01600,1'] * wishes.HOPS + ['app-blackhole,congestion,1']
            assert len(caller.warnings()) == 1 and caller.queue_log() == [] and caller.reports == []
        loaded = pbx.run('asterisk', '-rx', 'dialplan show')
        ours = loaded[loaded.index("[ Context 'queue-failover"):]
        assert not re.search(r'QueueLog|UserEvent', ours)
    each(call)


def test_a_circle_of_two_queues_ends_there_too(fleet, each):
    fleet.deploy(wishes.SWITCHED)

    def call(pbx):
        pbx.agent('202', 'unavailable')
        with pbx.dial('603') as caller:
            caller.landing(wishes.HOPS + 1)
            turns = ['ext-queues,01601,1', 'ext-queues,603,1'] * wishes.HOPS
            assert caller.landings() == turns[:wishes.HOPS] + ['app-blackhole,congestion,1']
            assert len(caller.warnings()) == 1
    each(call)

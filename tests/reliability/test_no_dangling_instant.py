# SPDX-License-Identifier: GPL-3.0-or-later
"""At no moment does a live queue point at something that is not loaded, and no call is dropped or goes astray while we work."""
import time

import pytest

import wishes
from support import asterisk, down, playbook, sh, sql, up
from watch import Watch, prepare

PBXS = ['rel16', 'rel22']
RESTS = 2.5  # seconds of calls between two changes
STEPS = [('first deploy', wishes.ROUTES), ('other routes, a queue off the list', wishes.CHANGED),
         ('another name of the context', wishes.renamed(wishes.CHANGED)), ('the former name and routes again', wishes.ROUTES),
         ('removal', wishes.absent(wishes.ROUTES))]


@pytest.fixture(scope='module')
def pbxs():
    up(PBXS[0], '16', PBXS[1], '22')
    for pbx in PBXS:
        sh(pbx, 'dpkg -i /opt/local-repo/*.deb')
        prepare(pbx, 6)
    yield PBXS
    down(*PBXS)


@pytest.fixture(scope='module')
def reports(pbxs, tmp_path_factory):
    """Every change, one after the other, under the eyes of the probe and with calls on their way."""
    folder = tmp_path_factory.mktemp('watch')
    watches = {pbx: Watch(pbx, folder) for pbx in pbxs}
    time.sleep(RESTS)
    for name, wish in STEPS:
        for watch in watches.values():
            watch.begin(wish)
        run = playbook(folder, pbxs, wish)
        assert run.code == 0 and run.changed, '%s: %s' % (name, run.text)
        for watch in watches.values():
            watch.settle(wish)
        time.sleep(RESTS)
    found = {pbx: watch.stop() for pbx, watch in watches.items()}
    for pbx, report in found.items():
        print('\n%s: %s' % (pbx, report.line()))
    return found


def test_the_probe_looked_twenty_times_a_second(reports):
    """Of the time in which Asterisk did not let it wait for an answer, as it does while it reloads."""
    for pbx, report in reports.items():
        slow = [second for second in report.seconds[1:-1] if second['looks'] < 20 * (1 - second['waited'])]
        assert report.rate()[0] >= 20 and not slow, '%s: %s' % (pbx, slow)


def test_no_queue_pointed_at_anything_that_was_not_loaded(reports):
    assert {pbx: report.dangling for pbx, report in reports.items()} == {pbx: [] for pbx in PBXS}


def test_no_call_was_dropped_or_went_astray(reports):
    for pbx, report in reports.items():
        assert report.misrouted + report.dropped == [] and report.lost == 0, pbx
        assert len(report.records) > 100 and {call['landing'] for call in report.records if call['dialled']} > {'ext-queues,01600,1'}


def test_calls_were_inside_an_announcement_while_the_dialplan_changed(reports):
    assert all(report.through_a_reload() >= 10 for report in reports.values())


@pytest.fixture
def watched(pbxs, tmp_path):
    """A fresh pair, deployed and watched, that a test breaks on purpose."""
    up(PBXS[0], '16', PBXS[1], '22')
    for pbx in PBXS:
        sh(pbx, 'dpkg -i /opt/local-repo/*.deb')
        prepare(pbx, 3)
    assert playbook(tmp_path, PBXS, wishes.ROUTES).code == 0
    watches = {pbx: Watch(pbx, tmp_path, wishes.ROUTES) for pbx in PBXS}
    time.sleep(1)
    yield watches
    for watch in watches.values():
        watch.stop()


def test_probe_and_stream_see_what_is_wrong(watched):
    """What they are for, made on purpose: a queue sent into nothing, the context gone under the queues, a wrong row, a call cut off."""
    for pbx in PBXS:
        sql(pbx, "UPDATE queues_config SET dest = 'nowhere-at-all,s,1' WHERE extension = '600'")
        sh(pbx, 'fwconsole reload')
    time.sleep(1)
    for pbx in PBXS:
        sql(pbx, "UPDATE queues_config SET dest = 'queue-failover,s,1' WHERE extension = '600'")
        sh(pbx, 'fwconsole reload')
        asterisk(pbx, 'dialplan remove context queue-failover')
    time.sleep(1)
    for pbx in PBXS:
        sh(pbx, "sed -i 's/Return(app-blackhole,zapateller,1)/Return(app-blackhole,busy,1)/' /etc/asterisk/extensions_custom.conf")
        asterisk(pbx, 'dialplan reload')
    time.sleep(2)
    for pbx in PBXS:
        asterisk(pbx, 'channel request hangup all')
    time.sleep(1)
    for pbx, watch in watched.items():
        report = watch.report()
        seen = {(instant['queue'], instant['target'], instant['missing']) for instant in report.dangling}
        assert ('600', 'nowhere-at-all,s,1', 'nowhere-at-all,s,1') in seen, pbx
        assert {(queue, 'queue-failover,s,1', 'queue-failover,s,1') for queue in ('600', '601', '602', '603')} <= seen
        assert len(report.dangling) > 5 * 20, 'a second and more, each look an instant'
        assert {(call['queue'], call['landing']) for call in report.misrouted} == {('603', 'app-blackhole,busy,1')}
        assert any(call['at'][-1].startswith('ext-queues,') for call in report.dropped), 'sent into nothing'
        assert any(call['spoken_to'] for call in report.dropped), 'cut off in an announcement'

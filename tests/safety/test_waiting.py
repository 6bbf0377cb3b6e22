# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of somebody else that wait for "Apply Config", before we come and while we work."""
import pytest

import lab
from lab import APPLY, DESTINATION, KILL, QUEUES, failed, inside, later, look, ok, run, statement, unlike
from wishes import ABSENT, FIRST, SECOND
from wishes import QUEUES as LIST

FLAG = "UPDATE admin SET value = 'true' WHERE variable = 'need_reload'"
SAVED = "UPDATE queues_config SET dest = 'app-blackhole,congestion,1', maxwait = '45' WHERE extension = '602';" + FLAG
# As the GUI saves a queue: all its rows anew, with what the form had, which knows nothing of us.
SAVED_OURS = ("CREATE TEMPORARY TABLE kept SELECT * FROM queues_details WHERE id = '600'; DELETE FROM queues_details WHERE id = '600';"
              "UPDATE kept SET data = 'loose' WHERE keyword = 'joinempty'; INSERT INTO queues_details SELECT * FROM kept;"
              "UPDATE queues_config SET maxwait = '45', dest = 'ext-local,vmu200,1' WHERE extension = '600';" + FLAG)
SAVED_GROUP = "UPDATE ringgroups SET postdest = 'app-blackhole,busy,1', grptime = '45' WHERE grpnum = '610';" + FLAG
CHANGES = {'another queue': SAVED, 'our queue': SAVED_OURS, 'a ring group': SAVED_GROUP}
HIS_ROWS = ["queues_config` VALUES ('600'", "queues_details` VALUES ('600','joinempty'", "queues_config` VALUES ('602'", "ringgroups` VALUES ('610'"]
LOADED_602 = "asterisk -rx 'dialplan show 602@ext-queues' | grep -o '?[^:]*:' | tail -1"
OR_ELSE = 'or set queue_failover_pending_changes: apply, and run again'
LOCK = '/var/run/asterisk/fwconsole-reload.lock'
READ_MARK = 'touch /run/saf.mark; '
HAS_READ = 'until [ /etc/asterisk/queues_additional.conf -nt /run/saf.mark ]; do sleep 0.05; done; '


def test_what_waits_when_we_come_is_left_or_refused(pbxs, tmp_path):
    lab.sql(SAVED)
    before = look()
    for options in (['--check'], []):
        refused = failed(run(tmp_path, pbxs, FIRST, *options), 'changes wait for "Apply Config" in the FreePBX GUI', 'nothing was written')
        assert 'queue_failover_pending_changes' in refused.words
        assert unlike(before, look()) == []
    leave = dict(FIRST, queue_failover_pending_changes='leave')
    predicted = ok(run(tmp_path, pbxs, leave, '--check'))
    assert unlike(before, look()) == []
    left = ok(run(tmp_path, pbxs, leave))
    assert left.changed == predicted.changed and len(left.changed) == len(pbxs)
    assert 'the context is loaded but no queue was touched' in left.words and left.words.count('waits for Apply Config') == len(pbxs)
    lines = unlike(before, look(), 'extensions_custom.conf', 'loaded queue-failover', "loaded 'queue-failover")
    assert lines == [], 'only our block came, in the file and loaded'
    assert ok(run(tmp_path, pbxs, leave)).changed == set()
    lab.everywhere('fwconsole reload')
    ok(run(tmp_path, pbxs, FIRST))
    assert set(lab.everywhere(LOADED_602).values()) == {'?app-blackhole,congestion,1:\n'}
    assert ok(run(tmp_path, pbxs, FIRST)).changed == set()


@pytest.mark.quick
def test_a_flag_without_a_change_of_a_queue_is_somebodys_too(pbxs, tmp_path):
    lab.sql(FLAG)
    before = look()
    failed(run(tmp_path, pbxs, FIRST), 'changes wait for "Apply Config" in the FreePBX GUI', 'nothing was written')
    assert unlike(before, look()) == []


@pytest.mark.quick
def test_rows_that_no_flag_tells_of_are_somebodys_too(pbxs, tmp_path):
    """Saved while a reload ran, which cleared the flag: the flag alone proves nothing. A change of routes alone does not bring them in force."""
    ok(run(tmp_path, pbxs, FIRST))
    lab.sql(SAVED.replace(FLAG, ''))
    before = look()
    longer = dict(FIRST, queue_failover_queues=[dict(LIST[0], max_wait=120)] + LIST[1:])
    refused = failed(run(tmp_path, pbxs, longer), 'FreePBX\'s database has changes for which it shows no "Apply Config"', 'queue 602', 'nothing was written')
    assert 'fwconsole reload' in refused.words and unlike(before, look()) == []
    routes = dict(FIRST, queue_failover_default={'terminate': 'busy'})
    assert ok(run(tmp_path, pbxs, routes)).changed != set()
    assert set(lab.everywhere(LOADED_602).values()) != {'?app-blackhole,congestion,1:\n'}
    ok(run(tmp_path, pbxs, dict(longer, queue_failover_pending_changes='apply')))
    assert set(lab.everywhere(LOADED_602).values()) == {'?app-blackhole,congestion,1:\n'}


def test_what_waits_is_no_obstacle_where_nothing_is_to_change(pbxs, tmp_path):
    ok(run(tmp_path, pbxs, FIRST))
    lab.sql(SAVED)
    before = look()
    assert ok(run(tmp_path, pbxs, FIRST)).changed == set()
    assert unlike(before, look()) == []


def test_a_run_killed_after_its_commit_stops_no_other_wish(pbxs, tmp_path):
    """Our own flag never fails a run; its record goes back to before the run that was killed."""
    untouched = look()
    killed = run(tmp_path, pbxs, FIRST, hooks=[[APPLY, KILL]])
    assert killed.code == -9 and sum('+ flag true' in line for line in unlike(untouched, look())) == len(pbxs)
    ok(run(tmp_path, pbxs, SECOND))
    assert ok(run(tmp_path, pbxs, SECOND)).changed == set()
    ok(run(tmp_path, pbxs, {'queue_failover_drain_s': 5}, name='playbooks/rollback.yml'))
    assert unlike(untouched, look()) == []


@pytest.mark.parametrize('whose', CHANGES)
def test_somebody_saves_after_a_run_was_killed_behind_its_commit(pbxs, tmp_path, whose):
    """The flag is for both of us then: nothing of his is put in force."""
    assert run(tmp_path, pbxs, FIRST, hooks=[[APPLY, KILL]]).code == -9
    lab.sql(CHANGES[whose])
    before = look()
    failed(run(tmp_path, pbxs, FIRST), 'changes wait for "Apply Config" in the FreePBX GUI')
    assert unlike(before, look()) == []
    lab.everywhere('fwconsole reload')
    ok(run(tmp_path, pbxs, FIRST))
    assert ok(run(tmp_path, pbxs, FIRST)).changed == set()


@pytest.mark.parametrize('whose', CHANGES)
def test_somebody_saves_between_two_steps(pbxs, tmp_path, whose):
    """Refused and taken back; what he saved stays, waits as before, and is what the next deploy starts from."""
    for step, seconds in ((DESTINATION, '45'), (QUEUES, '50'), (APPLY, '55')):
        before = look()
        failed(run(tmp_path, pbxs, FIRST, hooks=[[step, statement(CHANGES[whose].replace('45', seconds), pbxs)]]), OR_ELSE)
        lines = unlike(before, look())
        assert {line for line in lines if ' flag ' not in line and not any(row in line for row in HIS_ROWS)} == set(), 'nothing of ours is left'
        assert sum('+ flag true' in line for line in lines) == len(pbxs), 'his change goes on waiting'
        lab.everywhere('fwconsole reload')
    saved = look()
    ok(run(tmp_path, pbxs, FIRST))
    ok(run(tmp_path, pbxs, ABSENT))
    assert unlike(saved, look()) == [], 'what he saved is what a removal gives back'


@pytest.mark.parametrize('whose', ['another queue', 'our queue'])
def test_somebody_saves_a_queue_while_our_reload_runs(pbxs, tmp_path, whose):
    """FreePBX clears the flag at the end, also for rows that reload never read."""
    lab.everywhere('echo 2 > /etc/fwconsole-standin.delay-after-read')
    saves = READ_MARK + HAS_READ + "sleep 0.5; mariadb asterisk -e \"%s\"" % (SAVED if whose == 'another queue' else SAVED_OURS)
    during = run(tmp_path, pbxs, dict(FIRST, queue_failover_proof_s=3), hooks=[[APPLY, later(saves)]])
    print(during.text[-2500:])
    column = "SELECT CONCAT(dest, ' ', maxwait) FROM queues_config WHERE extension = '%s'"
    stands = lab.sql(column % ('602' if whose == 'another queue' else '600'))
    assert set(stands.values()) == {'app-blackhole,congestion,1 45' if whose == 'another queue' else 'ext-local,vmu200,1 45'}
    assert set(lab.sql("SELECT value FROM admin WHERE variable = 'need_reload'").values()) == {'true'}, 'his change must not be forgotten'


def test_an_apply_config_that_runs_while_we_commit(pbxs, tmp_path):
    """It read the database before us and clears the flag after us: our rows would never come into force."""
    lab.everywhere('echo 2 > /etc/fwconsole-standin.delay-after-read')
    begins = later('exec fwconsole reload') + inside(HAS_READ + 'kill -STOP $(cat %s)' % LOCK)
    ends = inside('kill -CONT $(cat %s); while [ -e %s ]; do sleep 0.1; done; rm /etc/fwconsole-standin.delay-after-read; '
                  'mariadb -N asterisk -e "SELECT value FROM admin" | grep -qx false' % (LOCK, LOCK))
    ok(run(tmp_path, pbxs, FIRST, hooks=[[DESTINATION, inside(READ_MARK) + begins], [APPLY, ends]]))
    assert set(lab.everywhere("asterisk -rx 'dialplan show 600@ext-queues' | grep -c '?queue-failover,s,1:'").values()) == {'1\n'}
    assert ok(run(tmp_path, pbxs, FIRST)).changed == set()


def test_another_reload_is_waited_for_and_a_slow_one_is_no_failure(pbxs, tmp_path):
    lab.everywhere('echo 4 > /etc/fwconsole-standin.delay')
    other = later('exec fwconsole reload') + inside('until [ -e %s ]; do sleep 0.05; done' % LOCK)
    ok(run(tmp_path, pbxs, dict(FIRST, queue_failover_proof_s=1), hooks=[[APPLY, other]]))
    assert ok(run(tmp_path, pbxs, FIRST)).changed == set()


def test_another_reload_that_never_ends(pbxs, tmp_path):
    before = look()
    lab.everywhere('echo 600 > /etc/fwconsole-standin.delay')
    other = later('exec fwconsole reload') + inside('until [ -e %s ]; do sleep 0.05; done' % LOCK)
    broken = run(tmp_path, pbxs, dict(FIRST, queue_failover_reload_busy_s=1), hooks=[[APPLY, other]])
    failed(broken, 'another fwconsole reload has been running for over 1 s; wait until it ends and run again', 'The PBX is as it was found')
    assert unlike(before, look(), ' flag ') == []

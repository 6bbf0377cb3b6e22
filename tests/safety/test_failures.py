# SPDX-License-Identifier: GPL-3.0-or-later
"""A step or the proof fails: the PBX is as it was found, and the user is told what was done."""
import pytest

import lab
from lab import APPLY, CONTEXT, DESTINATION, GIVE_BACK, LEFTOVERS, QUEUES, RESTORE, TAKE_CONTEXT, failed, inside, look, ok, run, unlike
from wishes import ABSENT, FIRST, RENAMED, SECOND

AS_FOUND = 'The PBX is as it was found'
STORE = 'kvstore_FreePBX_modules_Customappsreg'
TRIGGER = "CREATE TRIGGER refuse_%s BEFORE %s ON %s FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the disk of the database is full'"
READ_ONLY, WRITABLE = 'mount --bind /etc/asterisk /etc/asterisk && mount -o remount,ro,bind /etc/asterisk', 'umount /etc/asterisk'
FULL = ('cp -a /etc/asterisk /tmp/saf-etc && mount -t tmpfs -o size=1m tmpfs /etc/asterisk && cp -a /tmp/saf-etc/. /etc/asterisk/ && '
        'chown asterisk: /etc/asterisk && (cat /dev/zero > /etc/asterisk/ballast; true)')
EMPTY = 'umount /etc/asterisk; rm -rf /tmp/saf-etc'
WRITTEN_THEN = '/root/fwconsole "$@" --dont-reload-asterisk; echo "Segmentation fault"; exit 139'
BENT = ('/root/fwconsole "$@" --dont-reload-asterisk; sed -i "s/[?]queue-failover,s,1:/?app-blackhole,hangup,1:/" '
        '/etc/asterisk/extensions_additional.conf; asterisk -rx "core reload"; echo Reload Complete')


def replaced(text):
    """A fwconsole of our making, which may use the real one."""
    return "printf '%%s\\n' '#!/bin/bash' '%s' > /usr/sbin/fwconsole; chmod 755 /usr/sbin/fwconsole" % text


def on_each(pbxs, command):
    return [lab.mounted(pbx, command) for pbx in pbxs]


def mend(pbxs, command='cp -p /root/fwconsole /usr/sbin/fwconsole'):
    return inside(command, pbxs)


def carry_out(commands):
    for command in commands:
        lab.subprocess.run(command, check=True)


@pytest.mark.parametrize('breaks, mends, sentence', [
    (READ_ONLY, WRITABLE, 'extensions_custom.conf cannot be written by the user root (Read-only file system)'),
    (FULL, EMPTY, 'extensions_custom.conf cannot be written by the user root (No space left on device)')])
def test_a_file_system_that_takes_nothing(pbxs, tmp_path, breaks, mends, sentence):
    before = look()
    broken = run(tmp_path, pbxs, FIRST, hooks=[[CONTEXT, on_each(pbxs, breaks)], [RESTORE, on_each(pbxs, mends)]])
    failed(broken, sentence, AS_FOUND + ': nothing was changed')
    assert unlike(before, look()) == []


@pytest.mark.quick
def test_a_file_that_asterisk_cannot_read_any_more_is_no_success(pbxs, tmp_path):
    """Hidden after the first look: `dialplan reload` says nothing of it, and only the loaded dialplan tells."""
    hides = 'chown root:root /etc/asterisk/extensions_custom.conf; chmod 600 /etc/asterisk/extensions_custom.conf'
    shows = 'chown asterisk:asterisk /etc/asterisk/extensions_custom.conf; chmod 664 /etc/asterisk/extensions_custom.conf'
    before = look()
    broken = run(tmp_path, pbxs, FIRST, hooks=[[CONTEXT, inside(hides)], [RESTORE, inside(shows)]])
    failed(broken, 'Asterisk did not load our block as it stands in', 'the file of before is back', AS_FOUND)
    assert unlike(before, look()) == []
    ok(run(tmp_path, pbxs, FIRST))


@pytest.mark.quick
def test_the_database_refuses_a_statement(pbxs, tmp_path):
    """Steps 3 and 4 one after the other: each time the PBX is as before, and then it can be deployed as if nothing had been."""
    before = look()
    for event, table, step in (('INSERT', STORE, DESTINATION), ('UPDATE', 'queues_details', QUEUES)):
        lab.sql(TRIGGER % (event.lower(), event, table))
        broken = failed(run(tmp_path, pbxs, FIRST), 'the step "%s' % step, 'the disk of the database is full', AS_FOUND, 'loaded the dialplan')
        assert ('gave back the Custom Destination' in broken.words) == (step == QUEUES)
        lab.sql('DROP TRIGGER refuse_%s' % event.lower())
        assert unlike(before, look()) == []
    ok(run(tmp_path, pbxs, FIRST))
    assert ok(run(tmp_path, pbxs, FIRST)).changed == set()


RELOADS = {
    'missing': (None, 'fwconsole is not found'),
    'exits 1': ('echo "PHP Fatal error"; exit 1', 'fwconsole reload failed with exit code 1 (PHP Fatal error)'),
    'does nothing': ('echo Reload Complete', 'after the reload it is still not in force'),
}


def test_a_reload_that_fails_for_ever(pbxs, tmp_path):
    """The restoring cannot reload either; rows, files and what is loaded are as before all the same, and only FreePBX's flag is left."""
    before = look()
    for fwconsole, sentence in RELOADS.values():
        breaks = inside(replaced(fwconsole) if fwconsole else 'rm /usr/sbin/fwconsole', pbxs)
        failed(run(tmp_path, pbxs, dict(FIRST, queue_failover_proof_s=1), hooks=[[APPLY, breaks]]), sentence, AS_FOUND)
        assert unlike(before, look(), ' flag ') == []
        carry_out(mend(pbxs))
    ok(run(tmp_path, pbxs, FIRST))
    assert ok(run(tmp_path, pbxs, FIRST)).changed == set()
    ok(run(tmp_path, pbxs, ABSENT))
    assert unlike(before, look()) == []


@pytest.mark.parametrize('fwconsole, sentence', [
    (WRITTEN_THEN, 'fwconsole reload failed with exit code 139 (Segmentation fault)'), (BENT, 'after the reload it is still not in force')])
def test_a_reload_that_fails_once_it_wrote_its_files(pbxs, tmp_path, fwconsole, sentence):
    before = look()
    hooks = [[APPLY, inside(replaced(fwconsole), pbxs)], [RESTORE, mend(pbxs)]]
    failed(run(tmp_path, pbxs, dict(FIRST, queue_failover_proof_s=1), hooks=hooks), sentence, AS_FOUND, 'reloaded')
    assert unlike(before, look()) == []


def test_a_proof_that_fails_after_others_changes_were_applied(pbxs, tmp_path):
    """The user said that they may be: so the restoring may reload too."""
    lab.sql("UPDATE queues_config SET maxwait = '45' WHERE extension = '602'; UPDATE admin SET value = 'true' WHERE variable = 'need_reload'")
    hooks = [[APPLY, inside(replaced(BENT), pbxs)], [RESTORE, mend(pbxs)]]
    before = look()
    failed(run(tmp_path, pbxs, dict(FIRST, queue_failover_pending_changes='apply', queue_failover_proof_s=1), hooks=hooks), AS_FOUND)
    assert [line for line in unlike(before, look()) if ' row ' in line or 'queue-failover' in line] == []


CHANGES = {'routes': SECOND, 'name': RENAMED, 'removal': ABSENT}


@pytest.mark.parametrize('change', CHANGES)
def test_a_change_that_fails_leaves_the_deploy_of_before(pbxs, tmp_path, change):
    """At the queues, at the reload, at the last step, one after the other."""
    ok(run(tmp_path, pbxs, FIRST))
    before = look()
    removal = change == 'removal'
    steps = [
        [[GIVE_BACK if removal else QUEUES, lab.statement(TRIGGER % ('update', 'UPDATE', 'queues_config'), pbxs)],
         [RESTORE, lab.statement('DROP TRIGGER refuse_update', pbxs)]],
        [[APPLY, inside(replaced(WRITTEN_THEN), pbxs)], [RESTORE, mend(pbxs)]],
        [[TAKE_CONTEXT if removal else LEFTOVERS, on_each(pbxs, READ_ONLY)], [RESTORE, on_each(pbxs, WRITABLE)]]]
    for hooks in steps:
        failed(run(tmp_path, pbxs, CHANGES[change], hooks=hooks), AS_FOUND)
        assert unlike(before, look()) == []
    assert ok(run(tmp_path, pbxs, FIRST)).changed == set(), 'what was there before is known to be ours and in force'
    ok(run(tmp_path, pbxs, CHANGES[change]))
    assert ok(run(tmp_path, pbxs, CHANGES[change])).changed == set()


@pytest.mark.quick
@pytest.mark.parametrize('then', ['removal', 'deploy'])
def test_a_removal_whose_way_back_found_asterisk_down_is_finished_by_the_next(pbxs, tmp_path, then):
    """The rows are ours again then, and the memory of them is gone already; found by chaos."""
    first = look()
    ours = "SELECT COUNT(*) FROM %s WHERE id = 'dests' AND val LIKE '%%queue-failover,s,1%%'" % STORE
    ok(run(tmp_path, pbxs, FIRST))
    failed(run(tmp_path, pbxs, ABSENT, hooks=[[TAKE_CONTEXT, inside('pbx-stop-asterisk')]]), 'Asterisk does not answer', 'not as it was found yet')
    assert set(lab.sql(ours).values()) == {'1'}, 'the way back got as far as the rows'
    lab.everywhere('pbx-start-asterisk')
    if then == 'deploy':
        ok(run(tmp_path, pbxs, FIRST))
        assert ok(run(tmp_path, pbxs, FIRST)).changed == set()
    ok(run(tmp_path, pbxs, ABSENT))
    assert set(lab.sql(ours).values()) == {'0'}
    assert [line for line in unlike(first, look()) if 'queues_' in line] == [], 'every former value is given back'
    assert ok(run(tmp_path, pbxs, ABSENT)).changed == set()


STRAY = r"""cd /etc/asterisk; cp -p extensions_custom.conf /root/as-deployed
printf '[queue-failover-entry-00000000]\nexten => s,1,Answer()\n same => n,Wait(60)\n' >> extensions_custom.conf
asterisk -rx 'dialplan reload' > /dev/null; cp -p /root/as-deployed extensions_custom.conf
"""
CALL = "asterisk -rx 'channel originate Local/s@queue-failover-entry-00000000/n application Wait 60' > /dev/null"
CALLS = "asterisk -rx 'core show channels concise' | grep -c -F queue-failover-entry-00000000; true"


@pytest.mark.parametrize('wish', [FIRST, ABSENT])
def test_what_a_run_left_loaded_that_was_broken_off_between_the_file_and_the_reload(pbxs, tmp_path, wish):
    """It goes with the next run, but not with a call in it."""
    if wish is ABSENT:
        ok(run(tmp_path, pbxs, FIRST))
    ok(run(tmp_path, pbxs, wish))
    before = look()
    lab.everywhere(STRAY + CALL)
    assert 'which only Asterisk has any more, so it is not reloaded' in ok(run(tmp_path, pbxs, dict(wish, queue_failover_drain_s=1))).words
    assert set(lab.everywhere(CALLS).values()) == {'2\n'}, 'both halves of the Local channel'
    assert all('queue-failover-entry-00000000' in line for line in unlike(before, look()))
    lab.everywhere("asterisk -rx 'channel request hangup all'; sleep 1")
    took = ok(run(tmp_path, pbxs, wish))
    assert len(took.changed) == len(pbxs) and unlike(before, look()) == []
    assert ok(run(tmp_path, pbxs, wish)).changed == set()

# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands on the test PBXs after `site.yml`, held against the inventory and the facts about FreePBX."""
import json

import pytest


def sql(pbx, statement):
    return pbx.check_output('mariadb --batch --skip-column-names asterisk -e "%s"' % statement).splitlines()


def shown(pbx, context):
    return pbx.check_output("asterisk -rx 'dialplan show %s'" % context)


def test_the_queues_point_at_the_context(pbx):
    rows = dict(line.split('\t') for line in sql(pbx, 'SELECT extension, dest FROM queues_config'))
    assert {rows[queue] for queue in ('600', '601', '602')} == {'queue-failover,s,1'}


def test_a_queue_without_routes_keeps_its_destination_and_gets_its_settings(pbx):
    assert sql(pbx, "SELECT dest, maxwait FROM queues_config WHERE extension = '603'") == ['app-blackhole,hangup,1\t']
    assert sql(pbx, "SELECT data FROM queues_details WHERE id = '603' AND keyword = 'joinempty'") == [
        'penalty,paused,invalid,unavailable,inuse,ringing']


def test_settings_that_were_not_given_stay(pbx):
    assert sql(pbx, "SELECT data FROM queues_details WHERE id = '602' AND keyword IN ('joinempty', 'leavewhenempty') ORDER BY keyword") == ['yes', 'no']
    assert sql(pbx, "SELECT COUNT(*) FROM queues_details WHERE id = '602' AND keyword <> 'member'") == ['39']


@pytest.mark.parametrize('extension, destination', [
    ('LEAVEEMPTY@queue-failover-600', 'check-callstate,s-BUSY,1'), ('TIMEOUT@queue-failover-600', 'ext-queues,01600,1'),
    ('default@queue-failover-600', 'app-blackhole,busy,1'), ('JOINEMPTY@queue-failover-601', 'ext-local,vmb200,1'),
    ('FULL@queue-failover-601', 'ext-group,610,1'), ('TIMEOUT@queue-failover-602', 'from-did-direct,201,1'),
    ('default@queue-failover-602', 'ext-group,610,1'), ('default@queue-failover-default', 'app-blackhole,hangup,1')])
def test_asterisk_has_loaded_the_row(pbx, extension, destination):
    assert 'Return(%s)' % destination in shown(pbx, extension)


@pytest.mark.parametrize('extension, form, statement', [
    ('TIMEOUT@queue-failover-01600', 'ivr-%s,s,1', "SELECT id FROM ivr_details WHERE name = 'Night menu'"),
    ('FULL@queue-failover-01600', 'app-announcement-%s,s,1', "SELECT announcement_id FROM announcement WHERE description = 'Closed'"),
    ('JOINEMPTY@queue-failover-01600', 'timeconditions,%s,1', "SELECT timeconditions_id FROM timeconditions WHERE displayname = 'Office hours'"),
    ('LEAVEEMPTY@queue-failover-01600', 'app-daynight,%s,1', "SELECT ext FROM daynight WHERE dest = 'Night switch'"),
    ('CONTINUE@queue-failover-01600', 'ext-meetme,%s,1', "SELECT exten FROM meetme WHERE description = 'Планёрка'"),
    ('UNKNOWN@queue-failover-01600', 'ext-miscdests,%s,1', "SELECT id FROM miscdests WHERE description LIKE 'Boss%'"),
    ('WITHDRAW@queue-failover-01600', 'directory,%s,1', "SELECT id FROM directory_details WHERE dirname = 'Справочник'"),
    ('default@queue-failover-01600', 'callback,%s,1', "SELECT callback_id FROM callback WHERE description = 'Call me back'"),
    ('TIMEOUT@queue-failover-01601', 'disa,%s,1', "SELECT disa_id FROM disa WHERE displayname LIKE 'Travelling%'"),
    ('FULL@queue-failover-01601', 'app-setcid,%s,1', "SELECT cid_id FROM setcid WHERE description LIKE 'VIP%'"),
    ('JOINEMPTY@queue-failover-01601', 'app-languages,%s,1', "SELECT language_id FROM languages WHERE description = 'Русский'"),
    ('LEAVEEMPTY@queue-failover-01601', 'app-queueprio,%s,1', "SELECT queueprio_id FROM queueprio WHERE description = 'High priority'"),
    ('CONTINUE@queue-failover-01601', 'vmblast-grp,%s,1', "SELECT grpnum FROM vmblast WHERE description = 'Everybody'"),
    ('UNKNOWN@queue-failover-01601', 'app-pagegroups,%s,1', "SELECT page_group FROM paging_config WHERE description = 'Цех'"),
    ('WITHDRAW@queue-failover-01601', 'ext-trunk,%s,1', "SELECT trunkid FROM trunks WHERE name = 'Провайдер'"),
    ('default@queue-failover-01601', 'customdests,dest-%s,1',
     "SELECT \\`key\\` FROM kvstore_FreePBX_modules_Customappsreg WHERE val LIKE '%Check call state%'")])
def test_a_name_leads_to_the_object_this_pbx_has_under_it(pbx, extension, form, statement):
    (number,) = sql(pbx, statement)
    assert 'Return(%s)' % (form % number) in shown(pbx, extension)


def test_asterisk_has_loaded_what_the_queues_store(pbx):
    text = shown(pbx, '600@ext-queues')
    assert '?queue-failover,s,1:' in text
    assert '${VQ_MAXWAIT}:60)' in text


def test_no_pattern_of_ours_matches_the_hangup_extension(pbx):
    contexts = [line.split("'")[1] for line in shown(pbx, '').splitlines() if line.startswith("[ Context 'queue-failover")]
    assert len(contexts) == 8, 'the entry under two names, and a table each for five queues and the PBX'
    for context in contexts:
        found = [line for line in shown(pbx, 'h@%s' % context).splitlines() if '=>' in line]
        assert found == [line for line in found if line.strip().startswith("'h' =>")]
        assert len(found) == 1


def test_the_gui_shows_the_custom_destination(pbx):
    rows = [json.loads(line) for line in sql(pbx, "SELECT val FROM kvstore_FreePBX_modules_Customappsreg WHERE id = 'dests'")]
    ours = [row for row in rows if row['target'] == 'queue-failover,s,1']
    assert [(row['description'], row['destret']) for row in ours] == [('Queue failover', '0')]


def test_nothing_waits_for_apply_config(pbx):
    assert sql(pbx, "SELECT value FROM admin WHERE variable = 'need_reload'") == ['false']


def test_the_file_of_others_keeps_owner_and_mode(pbx):
    custom = pbx.file('/etc/asterisk/extensions_custom.conf')
    assert (custom.user, custom.group, custom.mode) == ('asterisk', 'asterisk', 0o664)


def test_the_state_folder_is_private(pbx):
    assert pbx.file('/var/lib/queue-failover').mode == 0o700
    assert pbx.file('/var/lib/queue-failover/taken.json').mode == 0o600


def test_one_reload_was_enough(pbx):
    log = pbx.file('/var/log/asterisk/fwconsole-standin.log').content_string.splitlines()
    assert len([line for line in log if line.strip()]) == 1, 'one by the deploy, none by the second run'

# SPDX-License-Identifier: GPL-3.0-or-later
"""Other people's work on the same PBX: what they changed, edited, point at or have not applied yet."""
import json

from support import asterisk, config, playbook, sh, sql
from steps import ABSENT, VARS, destination, ok, rows


def test_a_value_changed_in_the_gui_since_is_left_and_said(pbxs, tmp_path):
    ok(playbook(tmp_path, pbxs, VARS))
    for pbx in pbxs:
        sql(pbx, "UPDATE queues_config SET maxwait = '45' WHERE extension = '601'")
        sh(pbx, 'fwconsole reload')
    gone = ok(playbook(tmp_path, pbxs, ABSENT))
    for pbx in pbxs:
        assert sql(pbx, "SELECT maxwait, dest FROM queues_config WHERE extension = '601'") == [['45', '']]
    assert 'Queue 601: its Max Wait Time was changed to 45 seconds since we set it; it stays so.' in gone.text


def test_removal_waits_for_other_users_of_the_context_and_names_them(pbxs, tmp_path):
    ok(playbook(tmp_path, pbxs, VARS))
    for pbx in pbxs:
        number = [json.loads(row[0])['destid'] for row in sql(
            pbx, "SELECT val FROM kvstore_FreePBX_modules_Customappsreg WHERE id = 'dests' AND val LIKE '%queue-failover%'")][0]
        sql(pbx, "INSERT INTO incoming (cidnum, extension, destination, description) VALUES ('', '74951234567', 'queue-failover,s,1', 'main')")
        sql(pbx, "UPDATE ringgroups SET postdest = 'customdests,dest-%s,1' WHERE grpnum = '610'" % number)
    kept = playbook(tmp_path, pbxs, ABSENT)
    assert kept.code != 0
    assert 'inbound route 74951234567' in kept.text and 'ring group 610' in kept.text
    for pbx in pbxs:
        assert destination(pbx, '600') == 'ext-local,vmu200,1', 'the queues are given back all the same'
        assert 'queue-failover' in asterisk(pbx, 'dialplan show queue-failover')
        sql(pbx, "DELETE FROM incoming; UPDATE ringgroups SET postdest = 'app-blackhole,hangup,1' WHERE grpnum = '610'")
    ok(playbook(tmp_path, pbxs, ABSENT))
    for pbx in pbxs:
        assert 'queue-failover' not in asterisk(pbx, 'dialplan show')


def test_a_queue_pointed_at_the_context_in_the_gui_is_a_warning(pbxs, tmp_path):
    ok(playbook(tmp_path, pbxs, VARS))
    for pbx in pbxs:
        sql(pbx, "UPDATE queues_config SET dest = 'queue-failover,s,1' WHERE extension = '602'")
        sh(pbx, 'fwconsole reload')
    said = ok(playbook(tmp_path, pbxs, VARS))
    assert 'queue 602: it points at our context though it is not in queue_failover_queues' in said.text
    assert [destination(pbx, '602') for pbx in pbxs] == ['queue-failover,s,1'] * 2
    kept = playbook(tmp_path, pbxs, ABSENT)
    assert kept.code != 0 and 'still used by queue 602' in kept.text


def test_somebody_elses_destination_of_our_name_is_not_bent(pbxs, tmp_path):
    named = dict(VARS, queue_failover_custom_destination='Check call state')
    for pbx in pbxs:
        store = 'kvstore_FreePBX_modules_Customappsreg'
        sql(pbx, "UPDATE %s SET val = JSON_SET(val, '$.description', 'Check call state') WHERE id = 'dests'" % store)
        sql(pbx, "UPDATE ringgroups SET postdest = 'check-callstate,s,1' WHERE grpnum = '610'")
    before = {pbx: rows(pbx) for pbx in pbxs}
    refused = playbook(tmp_path, pbxs, named)
    assert refused.code != 0 and 'is used by ring group 610' in ' '.join(refused.text.split())
    assert {pbx: rows(pbx) for pbx in pbxs} == before


def test_an_unused_destination_of_our_name_is_taken_and_given_back_byte_for_byte(pbxs, tmp_path):
    store = 'kvstore_FreePBX_modules_Customappsreg'
    row = r'{"destid":9,"target":"article,s,1","description":"Queue failover","notes":"by hand \u0447","destret":"0","dest":"","fw_extra":"x\/y"}'
    for pbx in pbxs:
        sql(pbx, "INSERT INTO %s (`key`, val, type, id) VALUES ('9', '%s', 'json-arr', 'dests')" % (store, row.replace('\\', '\\\\')))
    ok(playbook(tmp_path, pbxs, VARS))
    for pbx in pbxs:
        taken = json.loads(sql(pbx, "SELECT val FROM %s WHERE `key` = '9'" % store)[0][0])
        assert (taken['target'], taken['fw_extra'], taken['destid']) == ('queue-failover,s,1', 'x/y', 9)
    ok(playbook(tmp_path, pbxs, ABSENT))
    for pbx in pbxs:
        assert sql(pbx, "SELECT val FROM %s WHERE `key` = '9'" % store) == [[row]]


def test_a_block_that_somebody_edited_by_hand_is_written_anew(pbxs, tmp_path):
    ok(playbook(tmp_path, pbxs, VARS))
    for pbx in pbxs:
        sh(pbx, r"sed -i 's/^\[queue-failover-600\]/[queue-failover-600]\ninclude => from-internal\nthis is no dialplan\nexten => 5,hint,SIP\/5/; "
                r"s/^exten => TIMEOUT,1,.*/exten => TIMEOUT,1,Return(app-blackhole,busy,1)/' /etc/asterisk/extensions_custom.conf")
        asterisk(pbx, 'dialplan reload')
    ok(playbook(tmp_path, pbxs, VARS))
    for pbx in pbxs:
        loaded = asterisk(pbx, 'dialplan show queue-failover-600')
        assert 'Return(ext-queues,01600,1)' in loaded and 'from-internal' not in loaded
    assert ok(playbook(tmp_path, pbxs, VARS)).changed == set()


def test_changes_waiting_in_the_gui_are_not_put_in_force(pbxs, tmp_path):
    for pbx in pbxs:
        sql(pbx, "UPDATE queues_config SET dest = 'app-blackhole,busy,1' WHERE extension = '602';"
                 "UPDATE admin SET value = 'true' WHERE variable = 'need_reload'")
    before = {pbx: (config(pbx), rows(pbx)) for pbx in pbxs}
    refused = playbook(tmp_path, pbxs, VARS)
    assert refused.code != 0 and 'Apply Config' in refused.text and 'queue_failover_pending_changes' in refused.text
    assert {pbx: (config(pbx), rows(pbx)) for pbx in pbxs} == before
    ok(playbook(tmp_path, pbxs, dict(VARS, queue_failover_pending_changes='apply')))
    for pbx in pbxs:
        assert '?app-blackhole,busy,1:' in asterisk(pbx, 'dialplan show 602@ext-queues')


def test_an_edit_of_the_dialplan_by_hand_that_is_not_loaded_yet_is_not_put_in_force(pbxs, tmp_path):
    for pbx in pbxs:
        sh(pbx, r"printf '\n[half-done]\nexten => s,1,NoOp(not finished)\n' >> /etc/asterisk/extensions_custom.conf")
    before = {pbx: (config(pbx), rows(pbx)) for pbx in pbxs}
    refused = playbook(tmp_path, pbxs, VARS)
    assert refused.code != 0 and 'half-done,s is written in extensions_custom.conf but not loaded' in ' '.join(refused.text.split())
    assert {pbx: (config(pbx), rows(pbx)) for pbx in pbxs} == before, 'not even our own folder'
    for pbx in pbxs:
        assert 'half-done' not in asterisk(pbx, 'dialplan show')
    ok(playbook(tmp_path, pbxs, dict(VARS, queue_failover_pending_changes='apply')))


def test_a_former_name_stays_while_somebody_sends_calls_there(pbxs, tmp_path):
    ok(playbook(tmp_path, pbxs, VARS))
    for pbx in pbxs:
        sql(pbx, "INSERT INTO incoming (cidnum, extension, destination, description) VALUES ('', '74951234567', 'queue-failover,s,1', 'main')")
        sh(pbx, 'fwconsole reload')
    renamed = dict(VARS, queue_failover_context='overflow')
    said = ok(playbook(tmp_path, pbxs, renamed))
    assert 'the context keeps its former name queue-failover too' in said.text and 'inbound route 74951234567' in said.text
    for pbx in pbxs:
        assert destination(pbx, '600') == 'overflow,s,1'
        assert 'Goto' in asterisk(pbx, 'dialplan show s@queue-failover'), 'the inbound route still has where to go'
    assert ok(playbook(tmp_path, pbxs, renamed)).changed == set()
    for pbx in pbxs:
        sql(pbx, 'DELETE FROM incoming')
    ok(playbook(tmp_path, pbxs, renamed))
    for pbx in pbxs:
        assert "Context 'queue-failover'" not in asterisk(pbx, 'dialplan show')


def test_a_line_of_a_hand_written_dialplan_is_a_user_of_the_context_too(pbxs, tmp_path):
    ok(playbook(tmp_path, pbxs, VARS))
    for pbx in pbxs:
        sh(pbx, r"sed -i 's/^\[someone-else\]/[someone-else]\nexten => 77,1,Goto(queue-failover,s,1)/' /etc/asterisk/extensions_custom.conf")
        asterisk(pbx, 'dialplan reload')
    kept = playbook(tmp_path, pbxs, ABSENT)
    assert kept.code != 0 and 'extensions_custom.conf line' in kept.text
    assert ["Context 'queue-failover'" in asterisk(pbx, 'dialplan show') for pbx in pbxs] == [True, True]


def test_removal_waits_for_the_calls_that_are_in_the_context(pbxs, tmp_path):
    """A call is in the entry for milliseconds, so the test gives one of our extensions a long wait, as an announcement will be."""
    ok(playbook(tmp_path, pbxs, VARS))
    for pbx in pbxs:
        entry = [line.split("'")[1] for line in asterisk(pbx, 'dialplan show').splitlines() if "Context 'queue-failover-entry-" in line][0]
        sh(pbx, r"sed -i 's/^\[%s\]/[%s]\nexten => wait,1,Answer()\n same => n,Wait(25)/' /etc/asterisk/extensions_custom.conf" % (entry, entry))
        asterisk(pbx, 'dialplan reload')
        asterisk(pbx, 'channel originate Local/wait@%s application Wait 60' % entry)
    short = playbook(tmp_path, pbxs, dict(ABSENT, queue_failover_drain_s=1))
    assert short.code != 0 and 'calls are still in the old context after 1 s' in ' '.join(short.text.split())
    assert ["Context 'queue-failover'" in asterisk(pbx, 'dialplan show') for pbx in pbxs] == [True, True]
    assert [destination(pbx, '600') for pbx in pbxs] == ['ext-local,vmu200,1'] * 2
    ok(playbook(tmp_path, pbxs, ABSENT))
    for pbx in pbxs:
        assert "Context 'queue-failover'" not in asterisk(pbx, 'dialplan show')
        log = sh(pbx, 'cat /var/log/asterisk/full')
        assert 'Spawn extension (queue-failover-entry' not in log.replace('wait, 2', ''), 'no call was cut off in our context'

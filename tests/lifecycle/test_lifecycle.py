# SPDX-License-Identifier: GPL-3.0-or-later
"""A deploy's life on both test PBXs: predicted, made, left alone, changed, renamed, taken back."""
import json

import pytest

from support import asterisk, config, playbook, reloads, sh, sql, tables

CONTEXT = 'queue-failover'
QUEUES = [
    {'queue': '600', 'max_wait': 60, 'join_empty': 'strict', 'leave_when_empty': 'strict',
     'routes': {'LEAVEEMPTY': {'custom': 'check-callstate,s-BUSY,1'}, 'TIMEOUT': {'queue': '01600'}}},
    {'queue': '601', 'max_wait': 30, 'routes': {'TIMEOUT': {'queue': '01601'}}, 'default': {'terminate': 'busy'}},
    {'queue': '603', 'max_wait': 120},
]
VARS = {'queue_failover_queues': QUEUES}
ABSENT = dict(VARS, queue_failover_state='absent')


def rows(pbx):
    """Every row of the database but the flag of Apply Config and the counter FreePBX never takes back."""
    skipped = ("INSERT INTO `admin` VALUES ('need_reload'", "INSERT INTO `kvstore_FreePBX_modules_Customappsreg` VALUES ('currentid'")
    return [line for line in tables(pbx).splitlines() if not line.startswith(skipped)]


def custom_file(pbx):
    return sh(pbx, 'base64 /etc/asterisk/extensions_custom.conf; stat -c "%U %G %a" /etc/asterisk/extensions_custom.conf')


def destination(pbx, queue):
    return sql(pbx, "SELECT dest FROM queues_config WHERE extension = '%s'" % queue)[0][0]


def ok(run):
    assert run.code == 0, run.text
    assert '[WARNING]' not in run.text and 'DEPRECATION' not in run.text, run.text
    return run


def test_deploy_is_predicted_made_once_and_taken_back_without_a_trace(pbxs, tmp_path):
    files, database, before = ({pbx: look(pbx) for pbx in pbxs} for look in (custom_file, rows, config))

    predicted = ok(playbook(tmp_path, pbxs, VARS, '--check', '--diff'))
    assert {pbx: config(pbx) for pbx in pbxs} == before, 'check mode wrote a file'
    assert {pbx: rows(pbx) for pbx in pbxs} == database, 'check mode wrote a row'

    made = ok(playbook(tmp_path, pbxs, VARS, '--diff'))
    assert made.changed and made.changed == predicted.changed
    assert {destination(pbx, '600') for pbx in pbxs} == {'queue-failover,s,1'}
    after_first, loads = {pbx: (config(pbx), rows(pbx)) for pbx in pbxs}, {pbx: reloads(pbx) for pbx in pbxs}
    for pbx in pbxs:
        assert loads[pbx][0] == 1, 'one fwconsole reload makes a deploy'

    again = ok(playbook(tmp_path, pbxs, VARS, '--diff'))
    assert again.changed == set()
    assert {pbx: (config(pbx), rows(pbx)) for pbx in pbxs} == after_first
    assert {pbx: reloads(pbx) for pbx in pbxs} == loads, 'a run without changes reloads nothing'

    predicted = ok(playbook(tmp_path, pbxs, ABSENT, '--check'))
    assert {pbx: (config(pbx), rows(pbx)) for pbx in pbxs} == after_first
    gone = ok(playbook(tmp_path, pbxs, ABSENT))
    assert gone.changed and gone.changed == predicted.changed
    assert {pbx: custom_file(pbx) for pbx in pbxs} == files
    assert {pbx: rows(pbx) for pbx in pbxs} == database
    for pbx in pbxs:
        assert 'queue-failover' not in asterisk(pbx, 'dialplan show')
        assert 'queue-failover' not in sh(pbx, 'cat /etc/asterisk/*.conf')
        assert sql(pbx, "SELECT value FROM admin WHERE variable = 'need_reload'") == [['false']]
    assert ok(playbook(tmp_path, pbxs, ABSENT)).changed == set()


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


def test_a_queue_off_the_list_is_given_back_before_its_rows_go(pbxs, tmp_path):
    ok(playbook(tmp_path, pbxs, VARS))
    fewer = ok(playbook(tmp_path, pbxs, {'queue_failover_queues': QUEUES[:1]}, '--diff'))
    for pbx in pbxs:
        assert sql(pbx, "SELECT dest, maxwait FROM queues_config WHERE extension = '601'") == [['', '']]
        assert sql(pbx, "SELECT maxwait FROM queues_config WHERE extension = '603'") == [['']]
        assert 'queue-failover-601' not in asterisk(pbx, 'dialplan show')
        assert 'Take out of the dialplan what nothing uses any more' in str(fewer.tasks_changed(pbx))
    assert ok(playbook(tmp_path, pbxs, {'queue_failover_queues': QUEUES[:1]})).changed == set()


def test_an_empty_list_gives_every_queue_back_and_a_missing_one_is_an_error(pbxs, tmp_path):
    ok(playbook(tmp_path, pbxs, VARS))
    missing = playbook(tmp_path, pbxs, {})
    assert missing.code != 0 and 'queue_failover_queues' in missing.text and destination(pbxs[0], '600') == 'queue-failover,s,1'
    ok(playbook(tmp_path, pbxs, {'queue_failover_queues': []}))
    assert [destination(pbx, '600') for pbx in pbxs] == ['ext-local,vmu200,1'] * 2


def test_a_new_name_of_the_context_moves_everything(pbxs, tmp_path):
    files = {pbx: custom_file(pbx) for pbx in pbxs}
    database = {pbx: rows(pbx) for pbx in pbxs}
    ok(playbook(tmp_path, pbxs, VARS))
    renamed = dict(VARS, queue_failover_context='overflow')
    predicted = ok(playbook(tmp_path, pbxs, renamed, '--check'))
    assert ok(playbook(tmp_path, pbxs, renamed)).changed == predicted.changed
    for pbx in pbxs:
        assert destination(pbx, '600') == 'overflow,s,1'
        assert 'queue-failover' not in asterisk(pbx, 'dialplan show').replace('Queue failover', '')
    assert ok(playbook(tmp_path, pbxs, renamed)).changed == set()
    ok(playbook(tmp_path, pbxs, dict(renamed, queue_failover_state='absent')))
    assert {pbx: custom_file(pbx) for pbx in pbxs} == files
    assert {pbx: rows(pbx) for pbx in pbxs} == database


@pytest.mark.parametrize('lost', ['folder', 'both'])
def test_removal_without_the_state_folder(pbxs, tmp_path, lost):
    ok(playbook(tmp_path, pbxs, VARS))
    for pbx in pbxs:
        sh(pbx, 'rm -r /var/lib/queue-failover')
        if lost == 'both':
            sh(pbx, "sed -i '/had the fail-over destination/d' /etc/asterisk/extensions_custom.conf")
    gone = playbook(tmp_path, pbxs, ABSENT)
    if lost == 'both':
        assert gone.code != 0 and 'queue_failover_former_destinations' in gone.text
        assert destination(pbxs[0], '600') == 'queue-failover,s,1'
        gone = playbook(tmp_path, pbxs, dict(ABSENT, queue_failover_former_destinations={'600': 'ext-local,vmu200,1', '601': ''}))
    ok(gone)
    assert [destination(pbx, queue) for pbx in pbxs for queue in ('600', '601')] == ['ext-local,vmu200,1', ''] * 2


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


def test_pymysql_from_a_package_file_on_the_pbx(pbxs, tmp_path):
    for pbx in pbxs:
        sh(pbx, 'apt-get purge -qq -y python3-pymysql; ln -s /opt/local-repo/*.deb /opt/pymysql.deb')
    made = ok(playbook(tmp_path, pbxs, dict(VARS, queue_failover_pymysql_package='/opt/pymysql.deb')))
    for pbx in pbxs:
        assert 'queue_failover : Install PyMySQL from a package file on the PBX' in made.tasks_changed(pbx)
        assert 'ii  python3-pymysql' in sh(pbx, 'dpkg -l python3-pymysql')


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
    assert {pbx: (config(pbx).split('total')[0], rows(pbx)) for pbx in pbxs} == {
        pbx: (files.split('ls: cannot')[0], table) for pbx, (files, table) in before.items()}
    for pbx in pbxs:
        assert 'half-done' not in asterisk(pbx, 'dialplan show')
    ok(playbook(tmp_path, pbxs, dict(VARS, queue_failover_pending_changes='apply')))


def test_a_run_that_failed_before_its_reload_is_finished_by_the_next(pbxs, tmp_path):
    for pbx in pbxs:
        sh(pbx, 'mv /usr/sbin/fwconsole /usr/sbin/fwconsole.away')
    broken = playbook(tmp_path, pbxs, VARS)
    assert broken.code != 0 and 'fwconsole is not found' in broken.text
    for pbx in pbxs:
        assert sql(pbx, "SELECT value FROM admin WHERE variable = 'need_reload'") == [['true']], 'the rows wait for a reload'
        sh(pbx, 'mv /usr/sbin/fwconsole.away /usr/sbin/fwconsole')
    assert {task for _host, task in ok(playbook(tmp_path, pbxs, VARS)).changed} == {'queue_failover : Bring into force what is not, and prove it'}
    assert ok(playbook(tmp_path, pbxs, VARS)).changed == set()
    for pbx in pbxs:
        assert '?queue-failover,s,1:' in asterisk(pbx, 'dialplan show 600@ext-queues')
        assert sql(pbx, "SELECT value FROM admin WHERE variable = 'need_reload'") == [['false']]


def test_a_file_asterisk_cannot_read_is_no_success(pbxs, tmp_path):
    """`dialplan reload` and `fwconsole reload` say nothing of it; only the loaded dialplan tells."""
    for pbx in pbxs:
        sh(pbx, 'chown root:root /etc/asterisk/extensions_custom.conf; chmod 600 /etc/asterisk/extensions_custom.conf')
    files = {pbx: custom_file(pbx) for pbx in pbxs}
    refused = playbook(tmp_path, pbxs, VARS)
    assert refused.code != 0 and 'Asterisk did not load our block' in refused.text
    assert {pbx: custom_file(pbx) for pbx in pbxs} == files, 'the file of before is back'
    assert [destination(pbx, '600') for pbx in pbxs] == ['ext-local,vmu200,1'] * 2

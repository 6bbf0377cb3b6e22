# SPDX-License-Identifier: GPL-3.0-or-later
"""A deploy's life on both test PBXs: predicted, made, left alone, changed, renamed, taken back."""
import pytest

from support import asterisk, config, playbook, reloads, sh, sql
from steps import ABSENT, QUEUES, VARS, custom_file, destination, ok, rows


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


def test_pymysql_from_a_package_file_on_the_pbx(pbxs, tmp_path):
    for pbx in pbxs:
        sh(pbx, 'apt-get purge -qq -y python3-pymysql; ln -s /opt/local-repo/*.deb /opt/pymysql.deb')
    made = ok(playbook(tmp_path, pbxs, dict(VARS, queue_failover_pymysql_package='/opt/pymysql.deb')))
    for pbx in pbxs:
        assert 'queue_failover : Install PyMySQL from a package file on the PBX' in made.tasks_changed(pbx)
        assert 'ii  python3-pymysql' in sh(pbx, 'dpkg -l python3-pymysql')


def test_a_run_whose_reload_failed_is_taken_back_and_the_next_deploys(pbxs, tmp_path):
    before = {pbx: (custom_file(pbx), rows(pbx)) for pbx in pbxs}
    for pbx in pbxs:
        sh(pbx, r"mv /usr/sbin/fwconsole /usr/sbin/fwconsole.away; printf '#!/bin/sh\nexit 1\n' > /usr/sbin/fwconsole; chmod 755 /usr/sbin/fwconsole")
    broken = playbook(tmp_path, pbxs, VARS)
    assert broken.code != 0 and 'fwconsole reload failed with exit code 1' in broken.text and 'The PBX is as it was found' in broken.text
    assert {pbx: (custom_file(pbx), rows(pbx)) for pbx in pbxs} == before
    for pbx in pbxs:
        assert 'queue-failover' not in asterisk(pbx, 'dialplan show')
        assert sql(pbx, "SELECT value FROM admin WHERE variable = 'need_reload'") == [['true']], 'only a reload takes the flag back'
        sh(pbx, 'mv /usr/sbin/fwconsole.away /usr/sbin/fwconsole')
    ok(playbook(tmp_path, pbxs, VARS))
    assert ok(playbook(tmp_path, pbxs, VARS)).changed == set()
    for pbx in pbxs:
        assert '?queue-failover,s,1:' in asterisk(pbx, 'dialplan show 600@ext-queues')
        assert sql(pbx, "SELECT value FROM admin WHERE variable = 'need_reload'") == [['false']]


def test_a_file_asterisk_cannot_read_is_no_success(pbxs, tmp_path):
    """`dialplan reload` and `fwconsole reload` say nothing of it, so it is looked at before the first change."""
    for pbx in pbxs:
        sh(pbx, 'chown root:root /etc/asterisk/extensions_custom.conf; chmod 600 /etc/asterisk/extensions_custom.conf')
    files = {pbx: custom_file(pbx) for pbx in pbxs}
    refused = playbook(tmp_path, pbxs, VARS)
    assert refused.code != 0 and 'extensions_custom.conf: Asterisk may not read it and so would not load our block' in refused.text
    assert {pbx: custom_file(pbx) for pbx in pbxs} == files
    assert [destination(pbx, '600') for pbx in pbxs] == ['ext-local,vmu200,1'] * 2


def test_a_new_name_in_the_yaml_reaches_the_gui_unless_somebody_renamed_it_there(pbxs, tmp_path):
    def called(pbx):
        return sql(pbx, "SELECT JSON_VALUE(val, '$.description') FROM kvstore_FreePBX_modules_Customappsreg "
                        "WHERE id = 'dests' AND JSON_VALUE(val, '$.target') = 'queue-failover,s,1'")[0][0]

    ok(playbook(tmp_path, pbxs, VARS))
    ok(playbook(tmp_path, pbxs, dict(VARS, queue_failover_custom_destination='After the queue')))
    assert [called(pbx) for pbx in pbxs] == ['After the queue'] * 2
    for pbx in pbxs:
        sql(pbx, "UPDATE kvstore_FreePBX_modules_Customappsreg SET val = JSON_SET(val, '$.description', 'Mine') "
                 "WHERE id = 'dests' AND JSON_VALUE(val, '$.target') = 'queue-failover,s,1'")
    assert ok(playbook(tmp_path, pbxs, VARS)).changed == set()
    assert [called(pbx) for pbx in pbxs] == ['Mine'] * 2


def test_verify_agrees_with_a_deploy_and_sees_what_was_changed_behind_its_back(pbxs, tmp_path):
    wish = {'queue_failover_queues': [{'queue': '600', 'routes': {'TIMEOUT': {'extension': '201'}, 'FULL': {'custom': 'from-internal,200,1'}}}],
            'queue_failover_finding_severity': {'never-fires': 'ignore'}}
    ok(playbook(tmp_path, pbxs, wish))
    seen = ok(playbook(tmp_path, pbxs, wish, name='playbooks/verify.yml'))
    assert seen.changed == set() and 'from-did-direct,201,1' in seen.text
    assert [line.split()[-1] for line in seen.text.splitlines() if '  600 ' in line] == ['yes'] * 14
    for pbx in pbxs:
        sql(pbx, "UPDATE queues_config SET dest = 'app-blackhole,busy,1' WHERE extension = '600'")
        sh(pbx, 'fwconsole reload')
    seen = playbook(tmp_path, pbxs, wish, name='playbooks/verify.yml')
    wrong = [line.split()[2] for line in seen.text.splitlines() if '  600 ' in line and line.endswith('NO')]
    assert seen.code != 0 and sorted(wrong) == ['FULL', 'FULL', 'TIMEOUT', 'TIMEOUT'], 'the routes of the YAML, on both PBXs'

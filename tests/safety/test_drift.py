# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/check.yml: one line a PBX, who is different, exit codes; it writes nothing and needs no more than to read."""
import json

import pytest

import lab
from lab import look, ok, run, unlike
from wishes import FIRST, QUEUES

FOLDER = r"""cd / && find var/lib/queue-failover var/lib/asterisk/queue-failover etc/asterisk -printf '%p %y %m %u %g %s %T@\n' 2> /dev/null | sort
find /var/lib/queue-failover -type f 2> /dev/null | sort | xargs -r sha256sum; wc -l < /var/log/asterisk/fwconsole-standin.log"""
READER = r"""mariadb -e "CREATE OR REPLACE USER 'reader'@'localhost' IDENTIFIED BY 'only-reads'; GRANT SELECT ON asterisk.* TO 'reader'@'localhost'"
sed -e "s/'freepbxuser'/'reader'/" -e "s/\['AMPDBPASS'\] = .*/['AMPDBPASS'] = 'only-reads';/" /etc/freepbx.conf > /etc/freepbx-reader.conf
chown asterisk: /etc/freepbx-reader.conf
install -d -o asterisk -g asterisk -m 700 /var/lib/asterisk/.ansible /var/lib/asterisk/.ansible/tmp"""
AS_READER = {'queue_failover_become_user': 'asterisk', 'queue_failover_freepbx_conf': '/etc/freepbx-reader.conf'}
EDITED = r"""sed -i 's/${VQ_MAXWAIT}:60)}/${VQ_MAXWAIT}:61)}/' /etc/asterisk/extensions_additional.conf
number=$(asterisk -rx 'dialplan show 603@ext-queues' | sed -n 's/ *\([0-9]*\)\. Set(QMAXWAIT.*/\1/p')
asterisk -rx 'dialplan add extension 603,'$number',Set(QMAXWAIT=${IF($[${LEN(${VQ_MAXWAIT})}>0]?${VQ_MAXWAIT}:99)}) into ext-queues replace'
asterisk -rx 'dialplan add extension TIMEOUT,1,Return(app-blackhole,ring,1) into queue-failover-601 replace'
asterisk -rx 'dialplan show 603@ext-queues' | grep -q ':99)})' && grep -q ':61)}' /etc/asterisk/extensions_additional.conf"""


def check(tmp_path, pbxs, code, variables=FIRST, *options):
    """What build/drift.json says of each PBX: {pbx: {(queue, setting): difference}}; the run has written nothing."""
    names = list(lab.PBXS)
    before, folder = look(), lab.everywhere(FOLDER)
    done = run(tmp_path, pbxs, variables, *options, name='playbooks/check.yml')
    assert done.code == code, done.text
    assert unlike(before, look()) == [] and lab.everywhere(FOLDER) == folder and set(folder) == set(names)
    assert '[WARNING]' not in done.text and done.changed == set(), done.text
    report = json.loads((tmp_path / 'drift.json').read_text())
    check.run, check.report = done, report
    return {pbx: {(entry['queue'], entry['setting']): entry for entry in found['drift']} for pbx, found in report.items()}


def lines(pbx):
    """The lines of the terminal's report about this PBX."""
    return [line.strip() for line in check.run.text.splitlines() if line.strip().startswith(pbx + '  ') and ' ok=' not in line]


def different(found):
    return {thing: '+'.join(entry['different']) for thing, entry in found.items()}


@pytest.fixture
def deployed(pbxs, tmp_path):
    ok(run(tmp_path, pbxs, FIRST))
    return pbxs


def test_nothing_drifted_seen_with_no_more_rights_than_reading(deployed, tmp_path):
    lab.everywhere(READER)
    for variables in (FIRST, dict(FIRST, **AS_READER)):
        assert check(tmp_path, deployed, 0, variables) == {pbx: {} for pbx in deployed}
        assert [line.split()[1:3] for pbx in deployed for line in lines(pbx)] == [['in', 'force']] * len(deployed)
    lab.everywhere("mariadb -e \"DROP USER 'reader'@'localhost'\"; rm /etc/freepbx-reader.conf")


def test_a_deploy_by_the_user_asterisk_is_checked_by_him_too(pbxs, tmp_path):
    lab.everywhere(READER)
    ok(run(tmp_path, pbxs, dict(FIRST, queue_failover_become_user='asterisk')))
    reader = dict(FIRST, **AS_READER)
    assert check(tmp_path, pbxs, 0, reader) == {pbx: {} for pbx in pbxs}
    lab.sql("UPDATE queues_config SET maxwait = '45' WHERE extension = '601'")
    found = check(tmp_path, pbxs, 2, reader)
    assert [different(found[pbx]) for pbx in pbxs] == [{('601', 'Max Wait Time'): 'database'}] * len(pbxs)
    lab.everywhere("mariadb -e \"DROP USER 'reader'@'localhost'\"; rm /etc/freepbx-reader.conf")


@pytest.fixture
def restarted(pbxs):
    """What the CLI added to a context outlives reloads, not a restart."""
    yield
    lab.everywhere('pbx-stop-asterisk; pbx-start-asterisk')


@pytest.mark.quick
def test_each_place_alone(deployed, restarted, tmp_path):
    """Every place differs at another queue or setting, all in one look."""
    wish = dict(FIRST, queue_failover_queues=[
        dict(QUEUES[0], leave_when_empty='loose', routes=dict(QUEUES[0]['routes'], TIMEOUT={'terminate': 'busy'})), *QUEUES[1:]])
    lab.sql("UPDATE queues_config SET maxwait = '45' WHERE extension = '601';"
            "UPDATE queues_details SET data = 'loose' WHERE id = '600' AND keyword = 'joinempty'")
    lab.everywhere(EDITED)
    found = check(tmp_path, deployed, 2, wish)
    for pbx in deployed:
        assert different(found[pbx]) == {
            ('600', 'Leave Empty'): 'YAML', ('600', 'Max Wait Time'): 'files', ('600', 'Join Empty'): 'database',
            ('600', 'route TIMEOUT'): 'YAML', ('601', 'Max Wait Time'): 'database', ('601', 'route TIMEOUT'): 'loaded',
            ('603', 'Max Wait Time'): 'loaded'}, found[pbx]
        assert len(lines(pbx)) == 1 and 'drift: ' in lines(pbx)[0]
        said = 'queue 601 Max Wait Time: YAML 30 seconds, database 45 seconds, files 30 seconds, loaded 30 seconds (database differs)'
        assert said in lines(pbx)[0]
    ok(run(tmp_path, deployed, wish, '--check', '-e', 'queue_failover_pending_changes=apply'))


def test_what_is_known_of_join_and_leave_empty(deployed, tmp_path):
    """Asterisk shows them nowhere: only that the file is newer than the last full reload can be known."""
    lab.everywhere("sleep 2; sed -i 's/^leavewhenempty=strict/leavewhenempty=loose/' /etc/asterisk/queues_additional.conf")
    found = check(tmp_path, deployed, 2)
    for pbx in deployed:
        entry = found[pbx]['600', 'Leave Empty']
        assert (entry['YAML'], entry['database'], entry['files']) == ('strict', 'strict', 'loose') and 'files' in entry['different']
        assert 'not known: queues_additional.conf is newer than the last full reload' in entry['loaded']
    lab.everywhere("asterisk -rx 'core reload'; sleep 1")
    found = check(tmp_path, deployed, 2)
    assert [different(found[pbx]) for pbx in deployed] == [{('600', 'Leave Empty'): 'files+loaded'}] * len(deployed)


def test_the_context_and_the_custom_destination_are_gone(deployed, tmp_path):
    lab.everywhere("sed -i '/^; BEGIN queue_failover/,/^; END queue_failover/d' /etc/asterisk/extensions_custom.conf")
    lab.sql("DELETE FROM kvstore_FreePBX_modules_Customappsreg WHERE id = 'dests' AND JSON_VALUE(val, '$.target') = 'queue-failover,s,1'")
    found = check(tmp_path, deployed, 2)
    print(check.run.text)
    for pbx in deployed:
        said = different(found[pbx])
        assert said.pop((None, 'Custom Destination "Queue failover"')) == 'database'
        assert set(said.values()) == {'files'}, 'the file alone lost it: Asterisk has it loaded still'
        assert len(lines(pbx)) == 1
    lab.everywhere("asterisk -rx 'dialplan reload'")
    found = check(tmp_path, deployed, 2)
    for pbx in deployed:
        assert {places for (_queue, setting), places in different(found[pbx]).items() if 'Custom' not in setting} == {'files+loaded'}


def test_a_custom_destination_with_another_target(deployed, tmp_path):
    lab.sql("UPDATE kvstore_FreePBX_modules_Customappsreg SET val = JSON_SET(val, '$.target', 'check-callstate,s,1') "
            "WHERE id = 'dests' AND JSON_VALUE(val, '$.target') = 'queue-failover,s,1'")
    found = check(tmp_path, deployed, 2)
    for pbx in deployed:
        assert different(found[pbx]) == {(None, 'Custom Destination "Queue failover"'): 'database'}, found[pbx]


def test_a_fleet_with_pbxs_that_cannot_be_asked(deployed, tmp_path):
    first, second = deployed
    lab.sql("UPDATE queues_config SET maxwait = '45' WHERE extension = '601'", [second])
    lab.everywhere('sed "s/localhost/127.0.0.9/" /etc/freepbx.conf > /etc/freepbx-nodb.conf')
    fleet = {first: {}, second: {}, 'gone': {'pbx': 'no-such-container'},
             'nodb': {'pbx': first, 'queue_failover_freepbx_conf': '/etc/freepbx-nodb.conf'}}
    check(tmp_path, fleet, 1)
    assert {pbx: entry['state'] for pbx, entry in check.report.items()} == {
        first: 'in force', second: 'drift', 'gone': 'not reached', 'nodb': 'not checked'}
    every = sum(map(lines, fleet), [])
    said = [line.split()[0] for line in check.run.text.splitlines() if line.strip() in every]
    assert (said[:2], set(said[2:])) == ([first, second], {'gone', 'nodb'}), check.run.text
    assert len(lines('gone')) == 1 and "FreePBX's database asterisk at 127.0.0.9:3306 cannot be reached" in ' '.join(lines('nodb'))
    check(tmp_path, fleet, 0, FIRST, '--limit', first)
    assert list(check.report) == [first]
    check(tmp_path, fleet, 2, FIRST, '--limit', '%s,%s' % (first, second))
    lab.everywhere('rm /etc/freepbx-nodb.conf')


def test_asterisk_down_is_an_error_and_no_drift(deployed, tmp_path):
    lab.everywhere('pbx-stop-asterisk')
    done = run(tmp_path, deployed, FIRST, name='playbooks/check.yml')
    lab.everywhere('pbx-start-asterisk')
    assert done.code == 1 and 'not checked: Asterisk does not answer' in done.words, done.text


def test_a_queue_deleted_in_the_gui(deployed, tmp_path):
    lab.sql("DELETE FROM queues_config WHERE extension = '603'; DELETE FROM queues_details WHERE id = '603';"
            "DELETE FROM ivr_entries WHERE dest = 'ext-queues,603,1'")
    check(tmp_path, deployed, 1)
    assert 'not checked' in check.run.words and '603' in check.run.words

# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/rollback.yml: back to before the last deploy or a named one; what is somebody's by now stays and is said."""
import json

import pytest

import lab
import support
from lab import failed, look, ok, run, unlike
from wishes import ABSENT, FIRST, QUEUES, RENAMED, SECOND

NONE_LEFT = 'keeps no deploy that could be taken back'
DESTINATIONS = 'kvstore_FreePBX_modules_Customappsreg'
TARGET = "JSON_VALUE(val, '$.target') = 'queue-failover,s,1'"


def back(tmp_path, pbxs, *options, **variables):
    return run(tmp_path, pbxs, dict({'queue_failover_drain_s': 5}, **variables), *options, name='playbooks/rollback.yml')


def deploys(pbx):
    """The names of the deploys that are kept, the oldest first."""
    return [name[:-5] for name in support.sh(pbx, 'ls /var/lib/queue-failover/deploys').split()]


def test_each_deploy_is_taken_back_in_turn(pbxs, tmp_path):
    states = [look()]
    for wish in (FIRST, SECOND, dict(SECOND, queue_failover_context='overflow'), ABSENT):
        ok(run(tmp_path, pbxs, wish))
        states.append(look())
    last = states.pop()
    predicted = ok(back(tmp_path, pbxs, '--check', '--diff'))
    assert unlike(last, look()) == [] and 'would take back' in predicted.words and '+[overflow]' in predicted.words
    for state in reversed(states):
        took = ok(back(tmp_path, pbxs, '--diff'))
        assert 'took back' in took.words and len(took.changed) == len(pbxs)
        assert unlike(state, look()) == []
    failed(back(tmp_path, pbxs), NONE_LEFT)
    failed(back(tmp_path, pbxs, '--check'), NONE_LEFT)
    assert unlike(states[0], look()) == []
    ok(run(tmp_path, pbxs, FIRST))
    assert unlike(states[1], look(), "dest-", 'Customappsreg', 'extensions_additional.conf') == [], 'the next free id is the only trace'


def test_a_named_deploy_of_more_than_ten(pbxs, tmp_path):
    """Ten are kept; the oldest of them is taken back with all that came after it, in one go."""
    plays = [{'hosts': 'all', 'gather_facts': False, 'vars': {'queue_failover_queues': [dict(QUEUES[0], max_wait=wait)]}, 'tasks': [
        {'import_role': {'name': 'queue_failover'}}]} for wait in range(10, 22)]
    book, again = tmp_path / 'twelve.yml', tmp_path / 'two.yml'
    book.write_text(json.dumps(plays))
    again.write_text(json.dumps(plays[:2]))
    ok(run(tmp_path, pbxs, FIRST, name=str(again)))
    after_two = look()
    ok(run(tmp_path, pbxs, FIRST, name=str(book)))
    named = {pbx: deploys(pbx) for pbx in pbxs}
    assert [len(names) for names in named.values()] == [10] * len(pbxs)
    wrong = failed(back(tmp_path, pbxs, queue_failover_deploy='20200101T000000.000Z-0000'), 'there is no deploy 20200101T000000.000Z-0000')
    assert all(name in wrong.words for names in named.values() for name in names)
    # 10, 11, then twelve of which the first two were kept no more: 12 is the oldest that is.
    ok(back(tmp_path, {pbx: {'queue_failover_deploy': named[pbx][0]} for pbx in pbxs}))
    assert unlike(after_two, look()) == []


@pytest.mark.quick
def test_what_was_changed_in_the_gui_since_stays_and_is_said(pbxs, tmp_path):
    before = look()
    ok(run(tmp_path, pbxs, FIRST))
    lab.sql("UPDATE queues_config SET maxwait = '45' WHERE extension = '601'")
    lab.everywhere('fwconsole reload')
    ok(back(tmp_path, pbxs, '--check'))
    took = ok(back(tmp_path, pbxs))
    assert took.words.count('Queue 601: its Max Wait Time was set to 45 seconds by somebody else; it stays so.') == len(pbxs)
    lines = unlike(before, look(), "VALUES ('601'", '601@', 'extensions_additional.conf')
    assert lines == []
    assert set(lab.sql("SELECT dest, maxwait FROM queues_config WHERE extension = '601'").values()) == {'\t45'}


def test_a_custom_destination_changed_in_the_gui_leads_somewhere_afterwards_too(pbxs, tmp_path):
    ok(run(tmp_path, pbxs, FIRST))
    lab.sql("UPDATE %s SET val = JSON_SET(val, '$.description', 'Mine') WHERE id = 'dests' AND %s" % (DESTINATIONS, TARGET))
    lab.sql("INSERT INTO incoming (cidnum, extension, destination, description) VALUES ('', '74951234567', 'queue-failover,s,1', 'main')")
    lab.everywhere('fwconsole reload')
    took = ok(back(tmp_path, pbxs))
    assert 'inbound route 74951234567' in took.words
    assert set(lab.sql("SELECT COUNT(*) FROM %s WHERE id = 'dests' AND %s" % (DESTINATIONS, TARGET)).values()) == {'1'}
    assert set(lab.everywhere("asterisk -rx 'dialplan show s@queue-failover' | grep -c Goto").values()) == {'1\n'}
    assert set(lab.sql("SELECT dest FROM queues_config WHERE extension = '600'").values()) == {'ext-local,vmu200,1'}


def test_a_custom_destination_renamed_in_the_gui_does_not_dangle(pbxs, tmp_path):
    ok(run(tmp_path, pbxs, FIRST))
    lab.sql("UPDATE %s SET val = JSON_SET(val, '$.description', 'Mine') WHERE id = 'dests' AND %s" % (DESTINATIONS, TARGET))
    lab.everywhere('fwconsole reload')
    ok(back(tmp_path, pbxs))
    left = lab.sql("SELECT COUNT(*) FROM %s WHERE id = 'dests' AND %s" % (DESTINATIONS, TARGET))
    loaded = lab.everywhere("asterisk -rx 'dialplan show s@queue-failover' | grep -c Goto; true")
    assert [left[pbx] == loaded[pbx].strip() for pbx in pbxs] == [True] * len(pbxs), 'a Custom Destination that stays needs its context'


def test_a_former_destination_that_is_gone(pbxs, tmp_path):
    """The queue keeps ours, which works; removal asks what it shall get."""
    lab.sql("UPDATE queues_config SET dest = (SELECT CONCAT('ivr-', id, ',s,1') FROM ivr_details) WHERE extension = '600'")
    lab.everywhere('fwconsole reload')
    before = look()
    ok(run(tmp_path, pbxs, FIRST))
    lab.sql("UPDATE daynight SET dest = 'app-blackhole,hangup,1' WHERE dest LIKE 'ivr-%'; DELETE FROM ivr_entries; DELETE FROM ivr_details")
    lab.everywhere('fwconsole reload')
    took = ok(back(tmp_path, pbxs))
    assert 'is not loaded any more, so it keeps queue-failover,s,1; choose another in FreePBX.' in took.words
    assert set(lab.sql("SELECT dest FROM queues_config WHERE extension IN ('600', '601')").values()) == {'queue-failover,s,1\n'}
    assert set(lab.everywhere("asterisk -rx 'dialplan show queue-failover-600' | grep -c Return").values()) == {'4\n'}, 'two routes, the default, the pattern'
    failed(run(tmp_path, pbxs, ABSENT), 'is not loaded any more', 'queue_failover_former_destinations')
    ok(run(tmp_path, pbxs, dict(ABSENT, queue_failover_former_destinations={'600': 'app-blackhole,busy,1'})))
    lines = unlike(before, look(), 'ivr', 'daynight', "VALUES ('600'", 'extensions_additional.conf', 'loaded ')
    assert lines == []
    assert set(lab.sql("SELECT dest FROM queues_config WHERE extension = '600'").values()) == {'app-blackhole,busy,1'}


def test_calls_in_the_context_keep_it(pbxs, tmp_path):
    before = look()
    ok(run(tmp_path, pbxs, FIRST))
    lab.everywhere(r"""entry=$(grep -o '^\[queue-failover-entry-[0-9a-f]*' /etc/asterisk/extensions_custom.conf | tr -d '[')
        sed -i "s/^\[$entry\]/[$entry]\nexten => wait,1,Answer()\n same => n,Wait(60)/" /etc/asterisk/extensions_custom.conf
        asterisk -rx 'dialplan reload' > /dev/null; asterisk -rx "channel originate Local/wait@$entry application Wait 60" > /dev/null""")
    took = ok(back(tmp_path, pbxs, queue_failover_drain_s=1))
    assert 'calls are still in it after 1 s' in took.words
    assert unlike(before, look(), 'queue-failover', 'extensions_custom.conf') == []
    # Both halves of the Local channel: no call was cut off.
    assert set(lab.everywhere("asterisk -rx 'core show channels concise' | grep -c queue-failover-entry").values()) == {'2\n'}
    lab.everywhere("asterisk -rx 'channel request hangup all'; sleep 1")
    ok(run(tmp_path, pbxs, ABSENT))
    assert unlike(before, look()) == []


def test_somebodys_waiting_changes_stop_a_rollback(pbxs, tmp_path):
    ok(run(tmp_path, pbxs, FIRST))
    lab.sql("UPDATE queues_config SET maxwait = '45' WHERE extension = '602'; UPDATE admin SET value = 'true' WHERE variable = 'need_reload'")
    before = look()
    for options in (['--check'], []):
        failed(back(tmp_path, pbxs, *options), 'changes of somebody else wait for "Apply Config"')
        assert unlike(before, look()) == []


def test_a_rollback_that_fails_is_finished_by_the_next(pbxs, tmp_path):
    before = look()
    ok(run(tmp_path, pbxs, FIRST))
    deployed = look()
    lab.everywhere('mv /usr/sbin/fwconsole /usr/sbin/fwconsole.away')
    failed(back(tmp_path, pbxs), 'fwconsole is not found')
    lab.everywhere('mv /usr/sbin/fwconsole.away /usr/sbin/fwconsole')
    ok(back(tmp_path, pbxs))
    assert unlike(before, look()) == [] and unlike(deployed, look()) != []
    failed(back(tmp_path, pbxs), NONE_LEFT)


def test_a_custom_destination_made_anew_after_a_rollback_that_failed_is_ours_to_take_away(pbxs, tmp_path):
    """FreePBX gives it another number than the one that was taken back while nothing could be reloaded."""
    before = look()
    ok(run(tmp_path, pbxs, FIRST))
    lab.everywhere('mv /usr/sbin/fwconsole /usr/sbin/fwconsole.away')
    failed(back(tmp_path, pbxs), 'fwconsole is not found')
    lab.everywhere('mv /usr/sbin/fwconsole.away /usr/sbin/fwconsole')
    ok(run(tmp_path, pbxs, FIRST))
    ok(run(tmp_path, pbxs, ABSENT))
    assert unlike(before, look()) == []


def test_a_rename_is_taken_back_by_its_own_name(pbxs, tmp_path):
    """Without the YAML of then: rollback needs no queue_failover_queues and not the former name."""
    ok(run(tmp_path, pbxs, FIRST))
    before = look()
    ok(run(tmp_path, pbxs, RENAMED))
    ok(back(tmp_path, pbxs, queue_failover_context='overflow'))
    assert unlike(before, look()) == []
    assert ok(run(tmp_path, pbxs, FIRST)).changed == set()

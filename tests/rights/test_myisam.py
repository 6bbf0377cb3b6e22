# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables without transactions: the earlier rows are put back by hand, and a run that was killed is mended by the next."""
import pytest

from lab import SECRET, deploy, done
from looks import differences, looks
from steps import VARS, destination
from support import sql
from test_refused import CHANGED, KVSTORE

TABLES = ('queues_config', 'queues_details', KVSTORE, 'admin')
FAILING = ("CREATE TRIGGER refuse BEFORE %s ON %s FOR EACH ROW BEGIN IF %s THEN "
           "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the disk is full'; END IF; END")


def on_myisam(pbxs, engine='MyISAM'):
    for pbx in pbxs:
        sql(pbx, ''.join('ALTER TABLE %s ENGINE=%s;' % (table, engine) for table in TABLES))


@pytest.fixture
def myisam(deployed):
    on_myisam(deployed)
    yield deployed
    for pbx in deployed:
        sql(pbx, 'DROP TRIGGER IF EXISTS refuse;')
    on_myisam(deployed, 'InnoDB')


# where: (event, table, condition on the row that cannot be written)
WRITES = {
    'the second queue': ('UPDATE', 'queues_details', "NEW.id = '601' AND NEW.keyword = 'joinempty'"),
    'the flag need_reload of the queues': ('UPDATE', 'admin', "(SELECT maxwait FROM queues_config WHERE extension = '600') = '30'"),
    'the flag of the Custom Destination': ('UPDATE', 'admin', "NEW.value = 'true'"),
    'the Custom Destination': ('INSERT', KVSTORE, "NEW.val LIKE '%After the queue%'"),
}


@pytest.mark.parametrize('name', WRITES)
def test_a_write_that_fails_leaves_the_rows_of_before(myisam, name):
    before = looks(myisam)
    for pbx in myisam:
        sql(pbx, 'DELIMITER //\n%s //' % (FAILING % WRITES[name]))
    answers = deploy(myisam, CHANGED)
    for answer in answers.values():
        assert answer.refused and 'the disk is full' in answer['msg'] and 'traceback' not in answer['msg'], answer
        assert SECRET not in answer.text and 'msg' not in answer.get('restored', {}), answer
    assert differences(before, looks(myisam)) == []


@pytest.mark.parametrize('name', [pytest.param('the second queue', marks=[pytest.mark.short]), 'the flag of the Custom Destination'])
def test_the_module_itself_puts_the_earlier_rows_back(myisam, name):
    """Without the way back of the role, which would hide it."""
    before = looks(myisam)
    for pbx in myisam:
        sql(pbx, 'DELIMITER //\n%s //' % (FAILING % WRITES[name]))
    answers = deploy(myisam, CHANGED, restore=False)
    after = looks(myisam)
    table = '`queues_' if 'queue' in name else KVSTORE
    for pbx, answer in answers.items():
        assert answer.refused and 'the disk is full' in answer['msg'] and 'restored' not in answer, answer
        assert [row for row in after[pbx]['rows'] if table in row] == [row for row in before[pbx]['rows'] if table in row]


def test_a_row_that_somebody_changed_meanwhile_stays_and_ours_go_back(myisam):
    """Our first write lets a trigger play the administrator who saves queue 601 in the same moment."""
    for pbx in myisam:
        sql(pbx, "DELIMITER //\nCREATE TRIGGER refuse AFTER UPDATE ON queues_config FOR EACH ROW BEGIN IF NEW.maxwait = '30' THEN "
                 "UPDATE queues_details SET data = 'no' WHERE id = '601' AND keyword = 'joinempty'; END IF; END //")
    answers = deploy(myisam, CHANGED)
    for pbx, answer in answers.items():
        assert answer.refused and 'queue 601 was changed by somebody else while we worked' in answer['msg'], answer
        assert sql(pbx, "SELECT maxwait FROM queues_config WHERE extension = '600'") == [['60']]
        assert sql(pbx, "SELECT data FROM queues_details WHERE id = '601' AND keyword = 'joinempty'") == [['no']], 'theirs stays'
        sql(pbx, "UPDATE queues_details SET data = 'yes' WHERE id = '601' AND keyword = 'joinempty'")


def test_killed_between_two_rows_the_next_run_converges_and_removal_is_whole(myisam):
    """SIGKILL leaves half of the rows on tables without transactions; nobody's former value is lost by it."""
    killed = deploy(myisam, CHANGED, break_at=2)
    for pbx, answer in killed.items():
        assert 'changed' not in answer and not answer.refused, answer
        assert sql(pbx, "SELECT maxwait FROM queues_config WHERE extension = '600'") == [['30']], 'the first row is written'
        assert sql(pbx, "SELECT data FROM queues_details WHERE id = '601' AND keyword = 'joinempty'") == [['yes']], 'the second is not'
    done(deploy(myisam, CHANGED))
    given_back(myisam)


def test_a_database_that_dies_between_two_rows_costs_no_former_value(myisam):
    """The first row is written and cannot be put back any more; the next run must still know what was there before it."""
    answers = deploy(myisam, CHANGED, break_at=2, how='lost')
    for pbx, answer in answers.items():
        assert answer.refused and 'traceback' not in answer and SECRET not in answer.text, answer
        assert sql(pbx, "SELECT maxwait FROM queues_config WHERE extension = '600'") == [['30']]
    done(deploy(myisam, CHANGED))
    given_back(myisam)
    assert not [answer['msg'] for answer in answers.values() if 'nothing of this step was kept' in answer['msg']], 'the sentence is true'


def given_back(pbxs):
    """A removal gives every queue what it had before the first deploy of all; and VARS again, for the next test."""
    done(deploy(pbxs, dict(VARS, queue_failover_state='absent')))
    for pbx in pbxs:
        assert [destination(pbx, queue) for queue in ('600', '601')] == ['ext-local,vmu200,1', '']
        assert sql(pbx, "SELECT maxwait FROM queues_config WHERE extension IN ('600', '601', '603')") == [[''], [''], ['']]
        assert sql(pbx, "SELECT DISTINCT data FROM queues_details WHERE id IN ('600', '601') AND keyword = 'joinempty'") == [['yes']]
    done(deploy(pbxs, VARS))

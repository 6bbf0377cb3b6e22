# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lifecycle tests share: the wish, and looks into a PBX."""
from support import sh, sql, tables

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

# SPDX-License-Identifier: GPL-3.0-or-later
"""What would stop a later step, looked at in step 1 when a deploy is due. Writes nothing, ever."""
import os

from ansible.module_utils.freepbx_failover import asterisk, custom_destinations, database, files, includes, queues
from ansible.module_utils.freepbx_failover.findings import error

CUSTOM_FILE = 'extensions_custom.conf'


def check(params, pbx):
    """Errors about Asterisk's folder and files, fwconsole, and rights on FreePBX's tables. pbx: of step_routes.read_pbx."""
    return _folder(pbx['config_dir']) + _fwconsole(pbx) + _database(params)


def _folder(config_dir):
    """Asterisk must read the folder FreePBX has, and come through its files to ours."""
    read = asterisk.config_dir()
    if read and os.path.realpath(read) != os.path.realpath(config_dir):
        return [error('config-folder', 'ASTETCDIR', '%s is not the folder Asterisk reads, which is %s' % (config_dir, read),
                      "correct ASTETCDIR in FreePBX's Advanced Settings, or astetcdir in asterisk.conf")]
    ours = os.path.realpath(os.path.join(config_dir, CUSTOM_FILE))
    return includes.judge(os.path.join(config_dir, 'extensions.conf'), ours, files.looker(config_dir, asterisk.user_id()))


def _fwconsole(pbx):
    found, command = [], os.path.join(pbx['sbin'], 'fwconsole')
    if not os.access(command, os.X_OK):
        found.append(error('no-fwconsole', 'AMPSBIN', '%s is not there or cannot be run by the user %s' % (command, files.user()),
                           "correct the file's rights, or AMPSBIN in FreePBX's Advanced Settings"))
    if not pbx['freepbx_version']:
        found.append(error('no-version', 'FreePBX', 'its version is missing in the table admin, so fwconsole reload would fail',
                           'install its framework anew (fwconsole ma downloadinstall framework --force)'))
    return found


def _database(params):
    with database.connected(params['freepbx_conf']) as connection:
        cursor = connection.cursor()
        denied = database.refused_writes(cursor, queues.TABLES + custom_destinations.tables(cursor) + ('admin',))
    return [error('database-rights', params['freepbx_conf'], "FreePBX's database takes no writing of us (%s)" % '; '.join(denied[:2]),
                  "give FreePBX's database user all rights on its database (GRANT ALL), or see why it is read-only")] if denied else []

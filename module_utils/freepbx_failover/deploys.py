# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to the records of deploys in our folder on the PBX: deploys/<start in UTC>-<random>.json, the last ten.

A record is written before the first change of a deploy and says what was there before; one without an end is how the next
run knows what is ours. A run that starts after one that was broken off continues it.
"""
import calendar
import copy
import getpass
import hashlib
import json
import os
import time

from ansible.module_utils.freepbx_failover import files, state
from ansible.module_utils.freepbx_failover.findings import Refusal

KEPT = 10
# before: blocks and memory as they were; queues, custom_destination: what was written, with the values before and after;
# reload_due: whether we set need_reload when nobody had; committed: whether rows are known to be in
# the database; restoring: the rows of before are being put back;
# unlike, tables: what of other queues was not in force before we began, and checksums of the other tables; block: digest of our text as deployed.
EMPTY = {'version': 1, 'run_id': '', 'by': '', 'started': '', 'finished': None, 'outcome': None, 'before': {'blocks': [], 'memory': None},
         'queues': [], 'custom_destination': None, 'reload_due': False, 'committed': False, 'restoring': False, 'unlike': None, 'tables': None, 'block': None}


def _folder(state_dir):
    return os.path.join(state_dir, 'deploys')


def read(state_dir):
    """Every record that is kept, the newest first. A damaged one is a Refusal: what it says of a former state cannot be guessed."""
    folder, found = _folder(state_dir), []
    names = sorted((name for name in os.listdir(folder) if name.endswith('.json')), reverse=True) if os.access(folder, os.R_OK | os.X_OK) else []
    for name in names:
        path = os.path.join(folder, name)
        try:
            found.append(dict(copy.deepcopy(EMPTY), **json.loads(files.read(path).decode('utf-8'))))
        except (ValueError, TypeError):
            raise Refusal('%s is damaged; move it away, then run again' % path)
    return found


def unfinished(state_dir):
    """The record of a deploy that has not ended, None if all have."""
    return next((record for record in read(state_dir) if not record['finished']), None)


def new_id(state_dir):
    """The id of a run that starts now: sorts behind every record there is, even if the clock was set back since."""
    newest, seconds = read(state_dir)[:1], time.time()
    if newest:
        day, rest = newest[0]['run_id'][:15], newest[0]['run_id'][15:19]
        seconds = max(seconds, calendar.timegm(time.strptime(day, '%Y%m%dT%H%M%S')) + float('0' + rest) + 0.002)
    return '%s.%03dZ-%s' % (time.strftime('%Y%m%dT%H%M%S', time.gmtime(seconds)), seconds % 1 * 1000, os.urandom(2).hex())


def refuse_late(params):
    """Raise Refusal if another run has started on this PBX since this one did, or if somebody has ended our deploy: of two, the later wins."""
    newest = (read(params['state_dir']) + [None])[0]
    if newest and newest['run_id'] > params['run_id']:
        raise Refusal('another run of queue_failover (%s, by %s) has started on this PBX since this one did (%s); this one stops and leaves '
                      'the PBX to the other' % (newest['run_id'], newest['by'], params['run_id']))
    if newest and newest['run_id'] == params['run_id'] and newest['finished']:
        raise Refusal('this deploy (%s) has ended on this PBX meanwhile (%s); this run stops' % (newest['run_id'], newest['outcome']))
    return newest


def begin(params, data):
    """The record of this run, made if it has none yet; takes over one that was broken off. data: extensions_custom.conf.

    Raises Refusal as refuse_late does.
    """
    newest, records = refuse_late(params), read(params['state_dir'])
    if newest and newest['run_id'] == params['run_id']:
        return newest
    state.keep_room(params['state_dir'])
    broken = next((record for record in records if not record['finished']), None)
    record = copy.deepcopy(broken or dict(EMPTY, before={'blocks': data, 'memory': state.load(params['state_dir'])}))
    record.update(run_id=params['run_id'], by=_who(), started=_now())
    save(params['state_dir'], record)
    for other in records:
        if not other['finished']:
            finish(params['state_dir'], other, 'continued by %s' % params['run_id'])
    _prune(params['state_dir'])
    return record


def save(state_dir, record):
    """Keep a record, whole or not at all."""
    state.make(_folder(state_dir))
    text = json.dumps(record, indent=1, sort_keys=True).encode('utf-8') + b'\n'
    files.replace(os.path.join(_folder(state_dir), record['run_id'] + '.json'), text, new_mode=0o600)


def committed(state_dir, record):
    """Remember that the database has taken rows of this deploy, and with them the flag."""
    record['committed'] = True
    save(state_dir, record)


def finish(state_dir, record, outcome):
    """Mark a deploy as ended: 'done', 'restored', 'rolled back', 'continued by <run>'."""
    save(state_dir, dict(record, finished=_now(), outcome=outcome, reload_due=False))


def digest(block):
    """What tells one text of our block from another."""
    return hashlib.sha256(block.encode('utf-8')).hexdigest()[:16]


def settle(params, block, outcome='done'):
    """Everything is proven in force: this run's deploy and those that were broken off before it have ended. block: our text in the file."""
    state.tidy(params['state_dir'])
    for record in read(params['state_dir']):
        if not record['finished'] and record['run_id'] <= params['run_id']:
            finish(params['state_dir'], dict(record, block=digest(block)), outcome)
    _prune(params['state_dir'])


def _prune(state_dir):
    """Keep the last ten deploys that were done, and of the others what is newer than these, at most twice as many."""
    ended = [record for record in read(state_dir) if record['finished']]
    done = [record['run_id'] for record in ended if record['outcome'] == 'done'][:KEPT]
    others = [record['run_id'] for record in ended if record['outcome'] != 'done' and (not done or record['run_id'] > done[-1])][:2 * KEPT]
    for record in ended:
        if record['run_id'] not in done + others:
            os.unlink(os.path.join(_folder(state_dir), record['run_id'] + '.json'))


def _now():
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())


def _who():
    """The user who runs this on the PBX, before he became another."""
    try:
        return os.environ.get('SUDO_USER') or getpass.getuser()
    except (KeyError, OSError):
        return 'uid %d' % os.getuid()

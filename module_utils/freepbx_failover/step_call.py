# SPDX-License-Identifier: GPL-3.0-or-later
"""Place one real call on the PBX and say where it landed.

The call ends itself after the timeout (TIMEOUT(absolute)) even if this process is gone, and is hung up as soon as it landed.
"""
import os
import time

from ansible.module_utils.freepbx_failover import ami, asterisk, database, tables
from ansible.module_utils.freepbx_failover.findings import Refusal

# Contexts that FreePBX runs through on the way out of a queue, before the fail-over destination is reached.
_ON_THE_WAY = ('macro-', 'sub-', 'customdests')

# What Asterisk says a channel does that it dials itself; no step of the dialplan.
_DIALLED = ('AppDial', 'AppDial2', 'AppQueue')


def run(params, write):
    """Where the call landed, the QUEUESTATUS it left with, and whether both are as expected."""
    if not write:
        return {'skipped': True, 'msg': 'no call was placed for queue %s: check mode places none' % params['queue']}
    address = manager(params['freepbx_conf'])
    for command in params['before']:
        asterisk.cli(command)
    with ami.connected(**address) as session:
        call = place(session, params)
        try:
            watch(session, call, time.monotonic() + params['timeout'])
        finally:
            hang_up(session, call)
    return dict(verdict(call, params['expected'], params['status']), changed=bool(params['before']))


def manager(freepbx_conf):
    """Address, user and password of the manager interface, as FreePBX's settings have them."""
    if database.pymysql is None:
        raise Refusal('PyMySQL is missing on this PBX, so its manager password cannot be read; deploy first, which installs it')
    with database.connected(freepbx_conf) as connection:
        cursor = connection.cursor()
        found = {'host': database.setting(cursor, 'ASTMANAGERHOST', '127.0.0.1'), 'user': database.setting(cursor, 'AMPMGRUSER'),
                 'password': database.setting(cursor, 'AMPMGRPASS'), 'port': int(database.setting(cursor, 'ASTMANAGERPORT', '5038'))}
    if not found['user'] or not found['password']:
        raise Refusal("FreePBX's settings have no AMPMGRUSER or AMPMGRPASS, so no call can be placed; see its Advanced Settings")
    # "localhost" may mean ::1 first, where Asterisk does not listen.
    found['host'] = '127.0.0.1' if found['host'] == 'localhost' else found['host']
    return found


def place(session, params):
    """Originate the call; what is known of it so far. Raises Refusal."""
    # A unique id of our own tells our call from all others; FreePBX's tables hold 32 characters of it.
    unique = 'qf-%d-%s' % (time.time(), os.urandom(4).hex())
    call = {'queue': params['queue'], 'context': params['context'], 'via': params['via'], 'caller': unique, 'channel': '', 'ended': False,
            'left': False, 'entered': False, 'landed': '', 'status': '', 'path': []}
    variables = dict({'TIMEOUT(absolute)': params['timeout'] + 5}, **params['variables'])
    fields = [('ChannelId', unique), ('OtherChannelId', unique + '-2'), ('Async', 'true'), ('Timeout', params['timeout'] * 1000),
              ('CallerID', '"Queue fail-over check" <%s>' % params['queue'])]
    if params['via'] == 'queue':
        # The second half of the Local channel runs the dialplan: it is the caller.
        call['caller'] = unique + '-2'
        fields += [('Channel', 'Local/%s@from-internal/n' % params['queue']), ('Application', 'Wait'), ('Data', params['timeout'] + 5)]
    else:
        fields += [('Channel', 'Local/musiconhold@app-blackhole/n'), ('Context', 'ext-queues'), ('Exten', params['queue']), ('Priority', 'gotodest')]
        variables = dict({'QUEUENUM': params['queue'], 'QUEUESTATUS': params['status'], 'QUEUEJOINTIME': int(time.time())}, **variables)
    answer = session.action('Originate', fields + [ami.variable(name, value) for name, value in sorted(variables.items())])
    if answer['Response'] != 'Success':
        raise Refusal('Asterisk refuses a call to queue %s (%s); see whether the queue is loaded (dialplan show %s@ext-queues) and the manager '
                      'user may originate' % (params['queue'], answer.get('Message', 'no reason given'), params['queue']))
    call['action'] = answer['ActionID']
    return call


def watch(session, call, deadline):
    """Follow the call until it landed, ended, or time is up."""
    while not call['landed'] and not call['ended']:
        event = session.event(deadline)
        if event is None:
            return
        if event['Event'] == 'OriginateResponse' and event.get('ActionID') == call['action']:
            call['ended'] = event['Response'] == 'Failure'
        elif event.get('Uniqueid') == call['caller']:
            follow(call, event)


def follow(call, event):
    """Take an event of the caller's channel into the picture of the call."""
    call['channel'] = event.get('Channel', call['channel'])
    if event['Event'] == 'Hangup' or event.get('Extension') == 'h' and event['Event'] == 'Newexten':
        call['ended'] = True
    elif event['Event'] == 'VarSet' and event.get('Variable') == 'QUEUESTATUS' and not call['entered']:
        call['status'] = event.get('Value', '')
    elif event['Event'] == 'Newexten' and event.get('Application') not in _DIALLED:
        _step(call, event['Context'], event['Extension'], event['Priority'], event.get('Application'))


def _step(call, context, extension, priority, application):
    if not call['path'] or call['path'][-1].split(',')[:2] != [context, extension]:
        call['path'].append('%s,%s,%s' % (context, extension, priority))
    name = call['context']
    if tables.is_ours(context, name):
        call['entered'] = True
    elif call['entered']:
        call['landed'] = '%s,%s,%s' % (context, extension, priority)
    elif extension == call['queue'] and context in ('ext-queues', 'from-internal'):
        call['left'] = call['left'] or application == 'Queue' or call['via'] == 'exit'
    elif call['left'] and not context.startswith(_ON_THE_WAY):
        # It left the queue past our context: say where to.
        call['landed'] = '%s,%s,%s' % (context, extension, priority)


def hang_up(session, call):
    """End the call; one that has ended already is no mistake."""
    if call['channel'] and not call['ended']:
        session.action('Hangup', [('Channel', call['channel'])])


def verdict(call, expected, status):
    """What the module returns of a call."""
    landed = call['landed'] or ('the call ended' if call['ended'] else 'nowhere in time')
    if call['landed'] and expected:
        landed = expected if call['landed'] == numbered(expected) else call['landed']
    ok = bool(call['landed']) and landed == (expected or landed) and call['status'] == (status or call['status'])
    return {'landed': landed, 'status_seen': call['status'], 'entered': call['entered'], 'path': call['path'], 'ok': ok}


def numbered(destination):
    """A destination with the number of its priority where it gives a label, for a call's events have numbers."""
    context, extension, priority = destination.split(',')
    if priority.isdigit():
        return destination
    for extensions in asterisk.show('%s@%s' % (extension, context)).values():
        for priorities in extensions.values():
            for number, row in priorities.items():
                if row.label == priority:
                    return '%s,%s,%d' % (context, extension, number)
    return destination

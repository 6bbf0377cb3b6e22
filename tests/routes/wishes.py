# SPDX-License-Identifier: GPL-3.0-or-later
"""The YAML of these tests, one for both PBXs, and what FREEPBX.md section 1 makes of it on each."""

AWKWARD = 'Ночь "q";${EPOCH},^%41\'?:(x)'  # before a caller's name

# A recording under a name as the GUI stores it, and an IVR under a name that would be harmful anywhere but in a lookup.
SEED = """INSERT INTO recordings (id, displayname, filename, description) VALUES (2, 'Ночной &amp; привет', 'vm-goodbye', '');
INSERT INTO ivr_details (id, name, description, directdial, timeout_time, timeout_destination, invalid_destination) VALUES
  (77, '#exec ${EPOCH}?a:b;c,&#34;d&#34;)', '', '', 2, 'app-blackhole,hangup,1', 'app-blackhole,hangup,1');
"""

# kind: (what the YAML says, the string of FREEPBX.md section 1, how a PBX is asked for the id under the name the GUI stored)
KINDS = {
    'ivr': ('night MENU', 'ivr-{},s,1', "SELECT id FROM ivr_details WHERE name='Night menu'"),
    'announcement': (' Closed ', 'app-announcement-{},s,1', "SELECT announcement_id FROM announcement WHERE description='Closed'"),
    'time_condition': ('Office hours', 'timeconditions,{},1', "SELECT timeconditions_id FROM timeconditions WHERE displayname='Office hours'"),
    'call_flow': ('Night switch', 'app-daynight,{},1', "SELECT ext FROM daynight WHERE dmode='fc_description' AND dest='Night switch'"),
    'conference': ('ПЛАНЁРКА', 'ext-meetme,{},1', "SELECT exten FROM meetme WHERE description='Планёрка'"),
    'misc_destination': ('Boss & mobile', 'ext-miscdests,{},1', "SELECT id FROM miscdests WHERE description='Boss &amp; mobile'"),
    'directory': ('справочник', 'directory,{},1', "SELECT id FROM directory_details WHERE dirname='Справочник'"),
    'callback': ('Call me back', 'callback,{},1', "SELECT callback_id FROM callback WHERE description='Call me back'"),
    'disa': ('Travelling "boss"', 'disa,{},1', "SELECT disa_id FROM disa WHERE displayname='Travelling &#34;boss&#34;'"),
    'set_caller_id': ('VIP & friends', 'app-setcid,{},1', "SELECT cid_id FROM setcid WHERE description='VIP &amp; friends'"),
    'language': ('русский', 'app-languages,{},1', "SELECT language_id FROM languages WHERE description='Русский'"),
    'queue_priority': ('High priority', 'app-queueprio,{},1', "SELECT queueprio_id FROM queueprio WHERE description='High priority'"),
    'voicemail_blast': ('Everybody', 'vmblast-grp,{},1', "SELECT grpnum FROM vmblast WHERE description='Everybody'"),
    'paging': ('цех', 'app-pagegroups,{},1', "SELECT page_group FROM paging_config WHERE description='Цех'"),
    'trunk': ('Провайдер', 'ext-trunk,{},1', "SELECT trunkid FROM trunks WHERE name='Провайдер'"),
    'custom_destination': ('Check call state', 'customdests,dest-{},1',
                           "SELECT `key` FROM kvstore_FreePBX_modules_Customappsreg WHERE id='dests' AND val LIKE '%\"Check call state\"%'"),
    'extension': ('дарья agent', 'from-did-direct,{},1', "SELECT extension FROM users WHERE name='Дарья Agent'"),
    'ring_group': ('Sales group', 'ext-group,{},1', "SELECT grpnum FROM ringgroups WHERE description='Sales group'"),
    'voicemail': ('Alice Agent', 'ext-local,vmu{},1', "SELECT extension FROM users WHERE name='Alice Agent'"),
    'queue': ('Support overflow', 'ext-queues,{},1', "SELECT extension FROM queues_config WHERE descr='Support overflow'"),
    'number': ('74951234567', 'from-internal,{},1', "SELECT '74951234567'"),
}

STATUSES = ['TIMEOUT', 'FULL', 'JOINEMPTY', 'LEAVEEMPTY', 'CONTINUE', 'UNKNOWN', 'WITHDRAW']

# Queue 601 had no destination and gets no default: what it does not name goes to the PBX's defaults.
PLACES = [(queue, status) for queue, statuses in (('600', [*STATUSES, 'default']), ('602', [*STATUSES, 'default']), ('601', STATUSES[:5]))
          for status in statuses]
WHERE = dict(zip(KINDS, PLACES))
assert len(WHERE) == len(KINDS) == len(PLACES)


def string(pbx, kind):
    """What FreePBX on this PBX stores for the kind's object."""
    return KINDS[kind][1].format(pbx.sql(KINDS[kind][2]))


def _queue(number, **settings):
    places = {status: {kind: KINDS[kind][0]} for kind, (queue, status) in WHERE.items() if queue == number}
    default = {'default': places.pop('default')} if 'default' in places else {}
    return dict(default, queue=number, routes=places, **settings)


HOPS, LAST = 5, {'terminate': 'congestion'}
EVERYTHING = {
    'queue_failover_default': {'terminate': 'no-service'},
    'queue_failover_status_defaults': {'WITHDRAW': {'terminate': 'zapateller'}, 'FULL': {'terminate': 'ring'}},
    'queue_failover_overflow': LAST,
    'queue_failover_finding_severity': {'loop': 'warning'},
    'queue_failover_queues': [
        _queue('600'), _queue('601'), _queue('602'),
        {'queue': '603', 'join_empty': 'strict', 'routes': {'JOINEMPTY': {'queue': '603'}}, 'default': {'terminate': 'busy'}},
        {'queue': '01600', 'max_wait': 1, 'routes': {'TIMEOUT': {'queue': '01600'}, 'FULL': {'ivr': '#EXEC ${EPOCH}?a:b;c,"d")'}}},
        {'queue': '01601', 'default': {'terminate': 'ring'}, 'routes': {
            'EMPTY': {'terminate': 'busy'},
            'JOINEMPTY': {'terminate': 'ring', 'caller_id_prefix': AWKWARD},
            'FULL': {'terminate': 'ring', 'caller_id_prefix': 'second '},
            'WITHDRAW': {'terminate': 'ring', 'announce': 'ночной & ПРИВЕТ'},
            'CONTINUE': {'queue': '01600', 'set_priority': 7},
            'UNKNOWN': {'terminate': 'musiconhold', 'announce': 'hello', 'caller_id_prefix': 'all ', 'set_priority': 0}}},
    ],
}

# The same wish with every switch the other way round, and a circle of two queues.
CIRCLE = [
    {'queue': '603', 'join_empty': 'strict', 'routes': {'JOINEMPTY': {'queue': '01601'}}},
    {'queue': '01601', 'join_empty': 'strict', 'routes': {'JOINEMPTY': {'queue': '603'}}}]
SWITCHED = dict(EVERYTHING, queue_failover_queue_log=False, queue_failover_user_event=False, queue_failover_count_timeout=True,
                queue_failover_queues=[queue for queue in EVERYTHING['queue_failover_queues'] if queue['queue'] not in ('603', '01601')] + CIRCLE)

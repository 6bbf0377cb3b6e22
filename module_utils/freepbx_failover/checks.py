# SPDX-License-Identifier: GPL-3.0-or-later
"""What is doubtful about routes that can be resolved: they never fire, the GUI loses them, something goes past them.

Pure: imports nothing of Ansible, SQL or processes.
"""
from ansible.module_utils.freepbx_failover import loops, routes, statuses, tables
from ansible.module_utils.freepbx_failover.findings import ERROR, WARNING, error, warning

SEVERITY = 'queue_failover_finding_severity'
IGNORE = 'ignore'

# Findings an administrator may judge for himself: code -> what it is about.
JUDGED = frozenset(['never-fires', 'max-wait-gui', 'empty-policy-gui', 'override', 'virtual-queue', 'loop', 'loop-waiting', 'status-never-set',
                    'status-version', 'asterisk-hangs-up', 'asterisk-misreports', 'derived-policy', 'former-context-used', 'memory-lost'])

# What a setting must be for a status to come up at all, and how to say so.
_NEEDS = {
    'JOINEMPTY': ('join_empty is yes', 'set join_empty to strict, loose or no'),
    'LEAVEEMPTY': ('leave_when_empty is no', 'set leave_when_empty to strict, loose or yes'),
    'FULL': ('it takes any number of callers (Max Callers 0)', 'set Max Callers in FreePBX, or leave the route out'),
    'TIMEOUT': ('its max wait is unlimited', 'set max_wait'),
}


def derive(compiled, pbx):
    """Give queues whose routes need it, and that leave join/leave empty out, the mildest policy that lets the routes fire.

    Static agents are never logged out of a queue, so only strict notices that none of their phones is there; a queue without
    any is empty by loose already. Returns a warning for each setting that was derived; changes the entries' settings.
    """
    found = []
    for entry in compiled['queues']:
        row = pbx['queues'][entry['queue']]
        for status, setting in (('JOINEMPTY', 'join_empty'), ('LEAVEEMPTY', 'leave_when_empty')):
            if status not in entry['routes'] or setting in entry['settings'] or loops.can_fire(status, row):
                continue
            policy = 'strict' if row['static_agents'] else 'loose'
            entry['settings'][setting] = policy
            found.append(warning('derived-policy', 'queue %s' % entry['queue'], '%s is set to %s, or %s could never happen' % (
                setting, policy, status), 'say %s yourself if you want another' % setting))
    return found


def check(compiled, pbx):
    """The findings about resolved routes, all of them."""
    found = []
    for index, entry in enumerate(compiled['queues']):
        where = '%s[%d] (queue %s)' % (routes.QUEUES, index, entry['queue'])
        row = pbx['queues'][entry['queue']]
        settings = dict(row, **entry['settings'])
        found += _never_fires(entry, settings, where)
        found += _lost_by_gui(entry, row, where)
        found += [warning('override', where, '%s defines priorities of it and goes before what FreePBX generates' % place,
                          'see whether these lines keep the way to the Fail Over Destination') for place in pbx['overrides'].get(entry['queue'], [])]
        if entry['failover'] and _misreports(pbx['asterisk_version']):
            found.append(warning('asterisk-misreports', where, 'Asterisk %s reports LEAVEEMPTY as CONTINUE where a queue is called with option c'
                                 % pbx['asterisk_version'], 'update Asterisk, or route CONTINUE like LEAVEEMPTY'))
    found += [warning('virtual-queue', place, 'it sets VQ_DEST, which goes past the Fail Over Destination of the queue it calls',
                      'see to the destination of that virtual queue itself') for place in pbx['virtual']]
    return found + _overflow_turns(compiled, pbx) + loops.find(compiled, pbx)


def _overflow_turns(compiled, pbx):
    """An error if the last resort of a call that has turned too often leads to a queue again without anybody waiting."""
    overflow = tables.destination_of(compiled['overflow'])
    behind = ['queue %s' % queue if queue else 'our own context' for queue, _path, slow in loops.queues_behind(overflow, pbx)
              if not slow] if overflow else []
    if not behind or overflow.startswith('ext-queues,'):
        return []
    return [error('overflow-queue', routes.OVERFLOW, 'a call that has turned too often would go to %s again, by %s' % (behind[0], overflow),
                  'set it to something that does not lead to a queue')]


def _never_fires(entry, settings, where):
    found = []
    spread = [status for status in entry['spread'] if status in entry['routes']]
    for status in sorted(entry['routes']):
        others = [other for other in spread if other != status and loops.can_fire(other, settings)]
        if status not in _NEEDS or loops.can_fire(status, settings) or (status in spread and others):
            continue
        because, remedy = _NEEDS[status]
        found.append(warning('never-fires', '%s.routes.%s' % (where, status), 'this route never fires, because %s' % because, remedy))
    return found


def _lost_by_gui(entry, row, where):
    found = []
    for setting in ('join_empty', 'leave_when_empty'):
        value = row[setting]
        if setting not in entry['settings'] and value is not None and value not in statuses.EMPTY_POLICIES.values():
            found.append(warning('empty-policy-gui', '%s.%s' % (where, setting), "the PBX has %s, which FreePBX's GUI cannot show and would lose on "
                                 'its next save' % value, 'say which policy it shall be'))
    return found


def _misreports(version):
    """13.16-13.22, 14.5-14.7.8, 15.0-15.5 and 16.0.0-16.0.1 report LEAVEEMPTY as CONTINUE with option c."""
    try:
        parts = tuple(int(part) for part in version.split('.'))
    except ValueError:
        return False
    return any(first <= parts <= last for first, last in (
        ((13, 16), (13, 22, 99)), ((14, 5), (14, 7, 8)), ((15, 0), (15, 5, 99)), ((16, 0, 0), (16, 0, 1))))


def judged(found, severities):
    """The findings with the severities an administrator gave them; a word or code that is none is an error itself."""
    result = [finding._replace(severity=severities.get(finding.code, finding.severity)) if finding.code in JUDGED else finding for finding in found]
    for code, word in sorted(severities.items()):
        if code not in JUDGED or word not in (ERROR, WARNING, IGNORE):
            result.append(error('severity', '%s.%s' % (SEVERITY, code), 'no such finding to judge, or %s is none of error, warning, ignore' % word,
                                'the findings are %s' % ', '.join(sorted(JUDGED))))
    return [finding for finding in result if finding.severity != IGNORE]

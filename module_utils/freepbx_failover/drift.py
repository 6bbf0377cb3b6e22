# SPDX-License-Identifier: GPL-3.0-or-later
"""Where YAML, database, generated files and Asterisk do not say the same, and which of them is different from the last deploy.

Pure: imports nothing of Ansible, SQL or processes. A difference is {queue, setting, YAML, database, files, loaded, different}: what each
place says in the words of the GUI (None where a place has no say), and the list of the places that are different.
"""
from ansible.module_utils.freepbx_failover import plan, tables

PLACES = ('YAML', 'database', 'files', 'loaded')
_FIELDS = {'destination': 0, 'max_wait': 1}  # where dialplan.loaded_queues has them
_KEYWORDS = {'join_empty': 'joinempty', 'leave_when_empty': 'leavewhenempty'}


def queues(wish, taken, places, reload_is_newer):
    """Differences of the queues' settings that we manage.

    wish: {queue: {setting: value}} of the YAML; taken: {queue: {setting: {former, ours}}} as remembered, {} where unknown;
    places: {rows, generated, sections, loaded}: queues.read, dialplan.loaded_queues of the generated file, queues_additional.conf by
    section, dialplan.loaded_queues of Asterisk; reload_is_newer: whether Asterisk was fully reloaded since that file was written, the
    only sign there is that its join/leave settings are loaded.
    """
    found = []
    for queue in sorted(set(wish) | set(taken)):
        for setting in plan.SETTINGS:
            entry = taken.get(queue, {}).get(setting)
            if setting not in wish.get(queue, {}) and entry is None:
                continue
            values = {'YAML': wish.get(queue, {}).get(setting, entry['former'] if entry else None)}
            values.update(_stands(queue, setting, places, reload_is_newer))
            deployed = entry['ours'] if entry and setting in wish.get(queue, {}) else values['YAML']
            found.extend(_difference(queue, plan.SETTINGS[setting], values, deployed, lambda value, kind=setting: plan.shown(kind, value)))
    return found


def _stands(queue, setting, places, reload_is_newer):
    """What database, files and Asterisk have for a setting of a queue; '' and a missing row of queues_details mean the same."""
    row = places['rows'].get(queue)
    values = {'database': row[setting] or '' if row else 'no such queue'}
    if setting in _FIELDS:
        for place, name in (('files', 'generated'), ('loaded', 'loaded')):
            values[place] = places[name][queue][_FIELDS[setting]] or '' if queue in places[name] else 'no such queue'
    else:
        values['files'] = places['sections'].get(queue, {}).get(_KEYWORDS[setting], '')
        values['loaded'] = values['files'] if reload_is_newer else 'not known: queues_additional.conf is newer than the last full reload'
    return values


def _difference(queue, setting, values, deployed, show):
    if len(set(values.values())) == 1:
        return []
    found = {'queue': queue, 'setting': setting, 'different': [place for place in PLACES if place in values and values[place] != deployed]}
    found.update((place, show(values[place]) if place in values else None) for place in PLACES)
    return [found]


def routes(wished, written, loaded, written_by_us):
    """Differences of the tables of routes, {queue: {status or 'default': value}}, the PBX's own under ''.

    written_by_us: whether the block in the file is what the last deploy put there; then it is the YAML that is different.
    """
    found = []
    for queue in sorted(set(wished) | set(written) | set(loaded)):
        places = {'YAML': wished.get(queue, {}), 'files': written.get(queue, {}), 'loaded': loaded.get(queue, {})}
        for status in sorted(set(status for table in places.values() for status in table)):
            values = dict((place, tables.destination_of(table.get(status)) or '') for place, table in places.items())
            deployed = values['files'] if written_by_us else values['YAML']
            found.extend(_difference(queue or None, 'route %s' % status, values, deployed, lambda value: value or '(none)'))
    return found


def thing(setting, values, deployed='YAML'):
    """A difference of something that is no queue's: {place: text}; deployed: the place that has what was deployed."""
    return _difference(None, setting, values, values[deployed], lambda value: value)


def sentence(difference):
    """One difference for a line of the report."""
    where = ('queue %s ' % difference['queue'] if difference['queue'] else '') + difference['setting']
    says = ', '.join('%s %s' % (place, difference[place]) for place in PLACES if difference[place] is not None)
    places = difference['different']
    return '%s: %s (%s differ%s)' % (where, says, ' and '.join(places) or 'it', '' if len(places) > 1 else 's')

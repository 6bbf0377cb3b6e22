# SPDX-License-Identifier: GPL-3.0-or-later
"""Is what stands in the database what Asterisk has loaded? Pure: imports nothing of Ansible, SQL or processes."""
import re

from ansible.module_utils.freepbx_failover import dialplan, plan


def queue_differences(rows, loaded, sections, file_age_ok):
    """What of these queues' rows is not in force, as sentences.

    rows: {queue: row} as queues.read gives them; loaded: of dialplan.loaded_queues; sections: of parse_sections for
    queues_additional.conf; file_age_ok: whether that file is older than Asterisk's last full reload, the only sign there is
    that its join/leave settings are loaded, since Asterisk shows them nowhere.
    """
    found = []
    for queue in sorted(rows):
        row = rows[queue]
        if queue not in loaded:
            found.append('queue %s is not loaded' % queue)
            continue
        for setting, value in zip(('destination', 'max_wait'), loaded[queue]):
            # FreePBX writes a max wait as it is, and Asterisk takes the blanks away.
            if value != (row[setting].strip() if setting == 'max_wait' else row[setting]):
                found.append('queue %s: its %s is loaded as %s, the database has %s' % (
                    queue, plan.SETTINGS[setting], plan.shown(setting, value), plan.shown(setting, row[setting])))
        for setting, keyword in (('join_empty', 'joinempty'), ('leave_when_empty', 'leavewhenempty')):
            generated = sections.get(queue, {}).get(keyword, '')
            if generated != (row[setting] or ''):
                found.append('queue %s: its %s is generated as %s, the database has %s' % (
                    queue, plan.SETTINGS[setting], plan.shown(setting, generated or None), plan.shown(setting, row[setting])))
    if rows and not file_age_ok:
        found.append('queues_additional.conf is newer than the last full reload of Asterisk')
    return found


def destination_difference(row, loaded):
    """Whether the Custom Destination is generated as its row says: [] or a sentence. loaded: the context customdests as loaded."""
    extension = 'dest-%s' % row['destid']
    lines = [priority.application for priority in loaded.get(extension, {}).values()]
    if any(re.match(r'(Goto|Gosub)\(%s[,()]' % re.escape(row['target']), line) for line in lines):
        return []
    return ['Custom Destination %s is not loaded as customdests,%s' % (row['target'], extension)]


def parse_sections(text):
    """{section: {key: value}} of an Asterisk configuration file; the last of two equal keys wins. Asterisk makes no difference of case."""
    sections, current = {}, None
    for line in dialplan.significant_lines(text)[0]:
        content = line.text.decode('utf-8', 'replace')
        if dialplan.is_header(line):
            current = sections.setdefault(re.match(r'\s*\[([^\]]+)\]', content).group(1), {})
        elif current is not None and '=' in content:
            key, value = content.split('=', 1)
            current[key.strip().lower()] = value.lstrip('>').strip()
    return sections

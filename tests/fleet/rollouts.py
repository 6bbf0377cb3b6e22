# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollouts over a fleet of six test PBXs, and what such a rollout left: the table, the report, the retry file, what the PBXs themselves recorded."""
import datetime
import json
import re

import lab

FLEET = {'wave1': '16', 'wave2': '22', 'wave3': '16', 'wave4': '16', 'wave5': '22', 'wave6': '16'}
WISH = {'queue_failover_proof_s': 2, 'queue_failover_drain_s': 5, 'queue_failover_queues': [
    {'queue': '600', 'max_wait': 60, 'join_empty': 'strict', 'routes': {'TIMEOUT': {'queue': '01600'}}, 'default': {'terminate': 'busy'}}]}
ABSENT = dict(WISH, queue_failover_state='absent')
IN_RETRY = {'refused', 'restored', 'left to a later run', 'not restored', 'not finished', 'not reached', 'untouched'}
# A fwconsole that fails, and one that says all is well and does nothing, so that only the proof can tell.
FAILS, LIES = 'echo PHP Fatal error; exit 1', 'echo Reload Complete'
# The line is cut in the middle: what is connected dies, and nothing new comes through until the line is mended.
CUT = 'mv /usr/sbin/sshd /usr/sbin/sshd.cut; pkill -KILL sshd; true'
MENDED = 'mv /usr/sbin/sshd.cut /usr/sbin/sshd'
RECORDS = 'cd /var/lib/queue-failover/deploys 2> /dev/null && for name in *.json; do echo "$name $(stat -c %.6Y "$name")"; done; true'


class Rollout:
    """A finished run of site.yml: exit code, output, and what it says of each PBX in the table, the report and the retry file."""

    def __init__(self, run, folder):
        self.code, self.text, self.words = run.code, run.text, run.words
        report = json.loads((folder / 'rollout.json').read_text())
        self.sizes, self.pbxs = report['waves'], report['pbxs']
        self.states = {pbx: said['state'] for pbx, said in self.pbxs.items()}
        self.waves = {pbx: said['wave'] for pbx, said in self.pbxs.items()}
        retry = folder / 'site.retry'
        self.retry = set(retry.read_text().split()) if retry.exists() else set()

    def table(self):
        """{PBX: [wave, FreePBX, Asterisk, queues, routes, result]} as printed."""
        lines = self.text[self.text.index('TASK [queue_failover : Say what was done on which PBX]'):].splitlines()
        cells = [re.split(r'  +', line.strip()) for line in lines]
        return {line[0]: line[1:] for line in cells if len(line) == 7 and line[0] != 'PBX'}


def site(folder, pbxs, variables, *options, out_of_reach=(), own=None, **more):
    """Run site.yml as a user would, with the playbook's waves unless told otherwise, and hold what it said against itself."""
    for name in ('rollout.json', 'site.retry'):
        (folder / name).unlink(missing_ok=True)
    hosts = {pbx: dict((own or {}).get(pbx, {}), **({'pbx': 'gone', 'ansible_host': 'gone-' + pbx} if pbx in out_of_reach else {})) for pbx in pbxs}
    # Retry files as ansible.cfg has them, but not into the checkout.
    environment = {'ANSIBLE_RETRY_FILES_ENABLED': None, 'ANSIBLE_RETRY_FILES_SAVE_PATH': str(folder)}
    rollout = Rollout(lab.run(folder, hosts, variables, *options, **{'waves': None, 'environment': environment, **more}), folder)
    assert '[WARNING]' not in rollout.text and 'DEPRECATION' not in rollout.text, rollout.text
    _agrees(rollout)
    return rollout


def waves(*sizes):
    return json.dumps({'queue_failover_waves': list(sizes)})


def _agrees(rollout):
    """Terminal, report, retry file and exit code say the same, whatever happened."""
    told = {pbx: (line[0], line[1], line[2], line[3], line[4]) for pbx, line in rollout.table().items()}
    assert told == {pbx: tuple('-' if said[key] is None else str(said[key]) for key in ('wave', 'freepbx', 'asterisk', 'queues', 'routes'))
                    for pbx, said in rollout.pbxs.items()}, rollout.text
    in_words = {'restored': 'FAILED, is as it was found', 'not restored': 'FAILED, NOT restored', 'in force': 'in force, nothing to change'}
    for pbx, state in rollout.states.items():
        assert rollout.table()[pbx][5].startswith(in_words.get(state, state)), rollout.text
    assert rollout.retry == {pbx for pbx, state in rollout.states.items() if state in IN_RETRY}, rollout.text
    assert rollout.code == (2 if rollout.retry else 0), rollout.text
    assert [list(rollout.waves.values()).count(number) for number in range(1, len(rollout.sizes) + 1)] == rollout.sizes, rollout.text


def clusters(pbxs):
    """The PBXs in groups that worked at the same time, as each PBX recorded its own last deploy: begun with its first step, ended after its proof."""
    spans = sorted((*_last(text), pbx) for pbx, text in lab.everywhere(RECORDS, pbxs).items())
    groups, until = [], 0
    for begun, ended, pbx in spans:
        if begun > until:
            groups.append(set())
        groups[-1].add(pbx)
        until = max(until, ended)
    return groups


def _last(text):
    name, ended = text.splitlines()[-1].split()
    begun = datetime.datetime.strptime(name.split('Z')[0], '%Y%m%dT%H%M%S.%f').replace(tzinfo=datetime.timezone.utc)
    return begun.timestamp(), float(ended)


def failing_over(pbxs):
    """The PBXs whose Asterisk has loaded our context as what queue 600 fails over to."""
    found = lab.everywhere("asterisk -rx 'dialplan show 600@ext-queues' | grep -c '?queue-failover,s,1:'; true", pbxs)
    return {pbx for pbx, count in found.items() if count.strip() == '1'}


def broken(fwconsole, pbxs):
    lab.everywhere("printf '%%s\\n' '#!/bin/bash' '%s' > /usr/sbin/fwconsole; chmod 755 /usr/sbin/fwconsole" % fwconsole, pbxs)


def mended(pbxs):
    lab.everywhere('cp -p /root/fwconsole /usr/sbin/fwconsole', pbxs)

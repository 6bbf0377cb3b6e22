# SPDX-License-Identifier: GPL-3.0-or-later
"""inventories/example against two real PBXs in check mode: what the layers give comes through site.yml, and so does where a mistake stands."""
import json
import os
import re
import subprocess

import pytest
import yaml
from support import CACHE, ONE_WAVE, ROOT, SSH, config, tables


def site(tmp_path, fleet, variables=None):
    """site.yml --check --diff on two of the six. variables: {PBX: its own, over the example's}."""
    lab = {'ansible_user': 'admin', 'ansible_ssh_private_key_file': str(CACHE / 'ssh/id_ed25519'),
           'ansible_ssh_common_args': SSH.replace('{{ inventory_hostname }}', '%h')}
    hosts = {host: dict(lab, ansible_host=pbx, **(variables or {}).get(host, {})) for host, pbx in fleet.items()}
    (tmp_path / 'hosts.yml').write_text(yaml.safe_dump({'all': {'hosts': hosts}}))
    done = subprocess.run(['ansible-playbook', '-i', 'inventories/example', '-i', str(tmp_path / 'hosts.yml'), 'site.yml', '--check', '--diff',
                           '--limit', ','.join(fleet), '-e', ONE_WAVE, '-e', 'queue_failover_rollout_file=%s' % (tmp_path / 'rollout.json')],
                          cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          env=dict(os.environ, ANSIBLE_NOCOLOR='1', COLUMNS='500', ANSIBLE_RETRY_FILES_ENABLED='0'))
    assert '[WARNING]' not in done.stdout and 'DEPRECATION' not in done.stdout, done.stdout
    return done


@pytest.mark.quick
def test_two_of_the_six_would_get_what_their_branches_wish(tmp_path, fleet):
    before = [(tables(pbx), config(pbx)) for pbx in fleet.values()]
    done = site(tmp_path, fleet)
    assert done.returncode == 0, done.stdout
    report = json.loads((tmp_path / 'rollout.json').read_text())['pbxs']
    assert {host: (found['state'], found['queues'], found['routes']) for host, found in report.items()} == {
        'kiel.pbx.example': ('would change', 2, 5), 'hamburg.pbx.example': ('would change', 4, 7)}
    # Only Kiel sends LEAVEEMPTY to an IVR, only Hamburg has the night desk, and Billing.
    rows = re.findall(r'^\+exten => (\w+),1,Return\((\S+)\)$', done.stdout, re.M)
    assert rows.count(('LEAVEEMPTY', 'ivr-1,s,1')) == 1 and rows.count(('LEAVEEMPTY', 'ext-local,vmu200,1')) == 1
    assert sorted(to for status, to in rows if status == 'TIMEOUT') == [
        'ext-group,610,1', 'ext-local,vmu200,1', 'ext-queues,01600,1', 'ext-queues,01601,1', 'ext-queues,01601,1', 'ext-queues,603,1']
    assert 'Say what an administrator should know' not in done.stdout
    assert [(tables(pbx), config(pbx)) for pbx in fleet.values()] == before


def test_a_mistake_is_said_with_the_variable_it_stands_in_and_a_typing_error_too(tmp_path, fleet):
    mistakes = {'kiel.pbx.example': {'queue_failover_group_queues_desk': [{'queue': '601', 'routes': {'TIMEOUT': {'queue': '777'}}}]},
                'hamburg.pbx.example': {'queue_failover_host_queue': []}}
    done = site(tmp_path, fleet, mistakes)
    assert done.returncode == 2, done.stdout
    assert 'queue_failover_group_queues_desk[0] (queue 601).routes.TIMEOUT: this PBX has no queue "777"' in done.stdout
    assert 'queue_failover_host_queue: nothing reads a variable of this name; did you mean queue_failover_host_queues?' in done.stdout
    report = json.loads((tmp_path / 'rollout.json').read_text())['pbxs']
    assert {host: found['state'] for host, found in report.items()} == {'kiel.pbx.example': 'refused', 'hamburg.pbx.example': 'would change'}

# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scheduler sees of `playbooks/check.yml`: the exit code hangs on how Ansible templates, so it is asked of every Ansible."""
import os
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))


def check(tmp_path, *words):
    return subprocess.run(['ansible-playbook', '--inventory', os.path.join(os.path.dirname(HERE), 'inventory.yml'), 'playbooks/check.yml',
                           '--extra-vars', 'queue_failover_drift_file=%s/drift.json' % tmp_path] + list(words),
                          cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)


@pytest.fixture
def changed_in_the_gui(pbx22):
    sql = 'mariadb asterisk -e "UPDATE queues_config SET dest = \'%s\' WHERE extension = \'602\'"'
    pbx22.check_output(sql % 'app-blackhole,congestion,1')
    yield
    pbx22.check_output(sql % 'queue-failover,s,1')


def test_everything_as_the_yaml_says_is_0(tmp_path):
    done = check(tmp_path)
    assert done.returncode == 0, done.stdout


def test_drift_is_2(tmp_path, changed_in_the_gui):
    done = check(tmp_path)
    assert done.returncode == 2, done.stdout


def test_a_pbx_that_cannot_be_checked_is_1(tmp_path):
    done = check(tmp_path, '--extra-vars', '{"queue_failover_freepbx_conf": "/nowhere"}', '--limit', 'molecule-asterisk22')
    assert done.returncode == 1, done.stdout

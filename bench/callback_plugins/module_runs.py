# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Count what Ansible really executes on the managed host, and say when each task began.

One task can be several executions (an action plugin) or none (a debug), so the one function through which every module goes out is
wrapped, and the one by which raw sends a command without a module; in the main process and so, by fork, in every worker. One JSON line
an execution goes to the file $BENCH_MODULE_RUNS.
"""
import json
import os
import time

from ansible.plugins.action import ActionBase
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: module_runs
type: aggregate
short_description: count module executions, for bench/run.py alone
description:
  - Appends a JSON line (module, start, end; or task, start) to the file named by the environment variable BENCH_MODULE_RUNS.
requirements:
  - ANSIBLE_CALLBACKS_ENABLED=module_runs
"""

_execute_module = ActionBase._execute_module
_execute_command = ActionBase._low_level_execute_command


def _recorded(self, module_name=None, *args, **kwargs):
    start = time.time()
    result = _execute_module(self, module_name, *args, **kwargs)
    _write({'module': module_name or self._task.action, 'start': start, 'end': time.time()})
    return result


def _recorded_raw(self, *args, **kwargs):
    start = time.time()
    result = _execute_command(self, *args, **kwargs)
    if self._task.action.rpartition('.')[2] == 'raw':
        _write({'module': self._task.action, 'start': start, 'end': time.time()})
    return result


def _write(line):
    with open(os.environ['BENCH_MODULE_RUNS'], 'a', encoding='utf-8') as record:
        record.write(json.dumps(line) + '\n')


class CallbackModule(CallbackBase):
    """Loading the plugin is what matters; called back for the beginning of a task."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'aggregate'
    CALLBACK_NAME = 'module_runs'
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        ActionBase._execute_module = _recorded
        ActionBase._low_level_execute_command = _recorded_raw

    def v2_playbook_on_task_start(self, task, is_conditional):
        _write({'task': task.get_name().rpartition(' : ')[2], 'start': time.time()})

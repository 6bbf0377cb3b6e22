# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes down when each task begins, and at one of them waits until it may go on: there the chaos harness makes its kill."""
import os
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: steps
type: notification
short_description: When each task begins, and a stop before one of them
description: For the chaos tests only. CHAOS_STEPS is the file written, CHAOS_STOP_AT the number of the task before which to wait.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'notification'
    CALLBACK_NAME = 'steps'
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self.count = 0
        self.path = os.environ.get('CHAOS_STEPS')
        self.stop_at = int(os.environ.get('CHAOS_STOP_AT', '0'))

    def v2_playbook_on_task_start(self, task, is_conditional):
        self.count += 1
        with open(self.path, 'a', encoding='utf-8') as out:
            out.write('%.3f %s\n' % (time.time(), task.get_name()))
        deadline = time.monotonic() + 60
        while self.count == self.stop_at and not os.path.exists(self.path + '.go') and time.monotonic() < deadline:
            time.sleep(0.005)

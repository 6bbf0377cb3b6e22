# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs commands when a task begins, before any PBX does it: there a test lets somebody else work, breaks something, or stops the run."""
import json
import os
import subprocess

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: at_task
type: notification
short_description: Runs commands when a task begins
description: For the safety tests only. SAFETY_HOOKS is JSON, [[part of a task's name, [command, ...]]]; {pid} in a command is this process.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'notification'
    CALLBACK_NAME = 'at_task'

    def __init__(self):
        super().__init__()
        self.hooks = json.loads(os.environ.get('SAFETY_HOOKS', '[]'))

    def v2_playbook_on_task_start(self, task, is_conditional):
        for hook in [hook for hook in self.hooks if hook[0] in task.get_name()]:
            self.hooks.remove(hook)
            for command in hook[1]:
                subprocess.run([word.replace('{pid}', str(os.getpid())) for word in command], check=True, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)

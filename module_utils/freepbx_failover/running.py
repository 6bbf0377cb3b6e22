# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module of this project runs: its spec, one call, refusals as one sentence."""
from ansible.module_utils.basic import AnsibleModule

from ansible.module_utils.freepbx_failover import state
from ansible.module_utils.freepbx_failover.findings import Refusal

# What every module that reads the database, or keeps something on the PBX, takes.
DATABASE = {'freepbx_conf': {'type': 'path', 'default': '/etc/freepbx.conf'}}
STATE = {'state_dir': {'type': 'path', 'default': state.FOLDER}}
WRITER = {'run_id': {'type': 'str', 'default': 'manual'},
          'pending_changes': {'type': 'str', 'choices': ['fail', 'apply'], 'default': 'fail'}}
CONTEXT = {'context': {'type': 'str', 'default': 'queue-failover'},
           'former_contexts': {'type': 'list', 'elements': 'str', 'default': []}}


def spec(*parts, **own):
    """An argument spec of the parts and the module's own options."""
    merged = {}
    for part in parts + (own,):
        merged.update(part)
    return merged


def reader(arguments, work):
    """Run a module that only reads: work(params) -> its result."""
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    _finish(module, lambda: work(module.params))


def writer(arguments, work):
    """Run a module that may write: work(params, write) -> its result; write is False in check mode."""
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    _finish(module, lambda: work(module.params, not module.check_mode))


def _finish(module, work):
    try:
        result, refused = work(), None
    except Refusal as refusal:
        result, refused = None, str(refusal)
    # Outside the except: ansible-core adds the traceback of an exception that is being handled.
    if refused:
        module.fail_json(msg=refused)
    module.exit_json(**dict({'changed': False}, **result))

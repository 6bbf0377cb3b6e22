# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module of this project runs: its spec, one call, refusals as one sentence."""
from ansible.module_utils.basic import AnsibleModule

from ansible.module_utils.freepbx_failover import database, deploys, state
from ansible.module_utils.freepbx_failover.findings import Refusal, one_line

# What every module that reads the database, or keeps something on the PBX, takes.
DATABASE = {'freepbx_conf': {'type': 'path', 'default': '/etc/freepbx.conf'}}
STATE = {'state_dir': {'type': 'path', 'default': ''}}
WRITER = {'run_id': {'type': 'str', 'default': ''},
          'pending_changes': {'type': 'str', 'choices': ['fail', 'apply', 'leave'], 'default': 'fail'}}
CONTEXT = {'context': {'type': 'str', 'default': 'queue-failover'},
           'former_contexts': {'type': 'list', 'elements': 'str', 'default': []}}
LONG = ('queues', 'layers', 'plain', 'skeleton', 'former_destinations')


def spec(*parts, **own):
    """An argument spec of the parts and the module's own options."""
    merged = {}
    for part in parts + (own,):
        merged.update(part)
    return merged


def reader(arguments, work):
    """Run a module that only reads: work(params) -> its result."""
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    _finish(module, lambda: work(_placed(module.params, False)))


def writer(arguments, work):
    """Run a module that may write: work(params, write) -> its result; write is False in check mode."""
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    write = not module.check_mode
    _finish(module, lambda: work(_named(_placed(module.params, write)), write))


def _placed(params, write):
    """The parameters with the state folder of this PBX."""
    if 'state_dir' not in params:
        return params
    found = state.folder(params['state_dir'])
    if write:
        state.refuse_unusable(found)
    return dict(params, state_dir=found)


def _named(params):
    """The parameters with a run id: without one a call belongs to the deploy that is under way, else it begins one."""
    if params.get('run_id', 'keeps no record'):
        return params
    record = deploys.unfinished(params['state_dir'])
    return dict(params, run_id=record['run_id'] if record else deploys.new_id(params['state_dir']))


def _sayable(text, conf_path):
    """A sentence without passwords, whoever put one into it, in one line and without what a terminal would act on."""
    for secret in database.secrets(conf_path) if conf_path else []:
        text = text.replace(secret, '********')
    return one_line(text)


def _finish(module, work):
    try:
        result, refused = work(), None
    except Refusal as refusal:
        result, refused = None, str(refusal)
    # Outside the except: ansible-core adds the traceback of an exception that is being handled.
    if refused:
        module.fail_json(msg=_sayable(refused, module.params.get('freepbx_conf')))
    if result.get('notes'):
        # They may quote what another program said.
        result['notes'] = [_sayable(note, module.params.get('freepbx_conf')) for note in result['notes']]
    module.exit_json(**dict(_told_back(module, result), **result))


def _told_back(module, result):
    """What Ansible adds to every result: the arguments; without the long ones where all is in force, since its work grows with what comes back."""
    told = {'changed': False}
    if result.get('in_force'):
        told['invocation'] = {'module_args': dict((key, value) for key, value in module.params.items() if key not in LONG)}
    return told

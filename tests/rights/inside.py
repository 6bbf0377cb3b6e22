# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a test PBX: the modules of a deploy in the role's order, as a user, without Ansible around them. One JSON in, one out.

Ten times as fast as site.yml, so that many refusals fit into a minute. What the role itself says is tested with site.yml beside it.
"""
import importlib
import json
import os
import pwd
import signal
import socket
import sys
import traceback
import types

HERE = os.path.dirname(os.path.abspath(__file__))


class Ended(Exception):
    """A module has given its answer."""


class Module:
    """What the project uses of AnsibleModule: defaults filled in, check mode, one answer."""

    asked, check = {}, False

    def __init__(self, argument_spec, supports_check_mode):
        assert supports_check_mode and set(self.asked) <= set(argument_spec), set(self.asked) - set(argument_spec)
        self.params = {name: self.asked.get(name, option.get('default')) for name, option in argument_spec.items()}
        self.check_mode = self.check

    def exit_json(self, **result):
        raise Ended(result)

    def fail_json(self, msg, **result):
        raise Ended(dict(result, msg=msg, failed=True))


def prepare():
    for name in ('ansible', 'ansible.module_utils', 'ansible.module_utils.basic'):
        sys.modules[name] = types.ModuleType(name)
    sys.modules['ansible.module_utils'].__path__ = [os.path.join(HERE, 'module_utils')]
    sys.modules['ansible.module_utils.basic'].AnsibleModule = Module
    sys.path.insert(0, os.path.join(HERE, 'library'))


def call(module, **asked):
    """The answer of a module; a traceback is an answer too, and always a mistake."""
    Module.asked = asked
    try:
        importlib.import_module(module).main()
    except Ended as answer:
        return answer.args[0]
    except Exception:
        return {'failed': True, 'traceback': traceback.format_exc(), 'msg': traceback.format_exc().splitlines()[-1]}


class Failed(Exception):
    """A step failed: its name and its answer."""


def step(module, **asked):
    answer = call(module, **asked)
    if answer.get('failed'):
        raise Failed(module, answer)
    return answer


def deploy(wish, state_dir, restore):
    """roles/queue_failover/tasks: routes.yml, present.yml, absent.yml and, when a step fails, restore.yml."""
    found = step('freepbx_failover_routes', state_dir=state_dir, **wish)
    if found.get('errors'):
        raise Failed('freepbx_failover_routes', {'msg': '\n'.join(found['errors'])})
    if found['in_force']:
        return {'changed': False}
    run = {'run_id': found['run_id'], 'state_dir': state_dir, 'context': wish['context']}
    try:
        (present if wish['state'] == 'present' else absent)(wish, found, run)
    except Failed as problem:
        module, answer = problem.args
        if not restore:
            raise
        raise Failed(module, dict(answer, restored=call('freepbx_rollback', restore=True, drain_s=2, proof_s=5, **run)))
    return {'changed': True}


def present(wish, found, run):
    named = dict(run, former_contexts=[name for name in found['contexts'] if name != wish['context']])
    former = found['former_destinations']
    loaded = step('freepbx_context', block=found['block_now'], config_dir=found['config_dir'], **named)
    listed = found['routes']['queues']
    destination = step('freepbx_custom_destination', description=wish['custom_destination'], notes=wish['custom_destination_notes'],
                       queues=[entry['queue'] for entry in listed if entry['failover']], **named)['destination']
    step('freepbx_queue_failover', destination=destination, queues=listed, former_destinations=former, **named)
    old = found['old_blocks'] + loaded['retired']
    step('freepbx_apply', queues=[entry['queue'] for entry in listed], config_dir=found['config_dir'], sbin=found['sbin'], proof_s=10,
         finish=not old and not found['leaving'], **named)
    if old or found['leaving']:
        step('freepbx_context', block=found['block'], remove=old, drain_s=5, finish=True, config_dir=found['config_dir'], **named)


def absent(wish, found, run):
    named = dict(run, former_contexts=[name for name in found['contexts'] if name != wish['context']])
    former = found['former_destinations']
    step('freepbx_queue_failover', queues=[], former_destinations=former, **named)
    step('freepbx_custom_destination', state='absent', description=wish['custom_destination'], notes=wish['custom_destination_notes'],
         former_destinations=former, **named)
    step('freepbx_apply', config_dir=found['config_dir'], sbin=found['sbin'], proof_s=10, finish=False, **named)
    step('freepbx_context', state='absent', drain_s=5, finish=True, config_dir=found['config_dir'], **named)


def lost(cursor):
    """MariaDB is gone from now on: this connection breaks, and no other comes up."""
    pymysql = importlib.import_module('pymysql')
    cursor.connection._sock.shutdown(socket.SHUT_RDWR)

    def refused(**_address):
        raise pymysql.err.OperationalError(2003, "Can't connect to MySQL server")
    pymysql.connect = refused


def broken_off(number, how):
    """Just before the number-th row of a queue is written: SIGKILL, or MariaDB goes."""
    queues = importlib.import_module('ansible.module_utils.freepbx_failover.queues')
    write, seen = queues._write, []

    def counted(cursor, change):
        seen.append(change)
        if len(seen) == number:
            os.kill(os.getpid(), signal.SIGKILL) if how == 'kill' else lost(cursor)
        return write(cursor, change)
    queues._write = counted


def become(user, umask):
    account = pwd.getpwnam(user)
    os.initgroups(user, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    os.environ.update(HOME=account.pw_dir, USER=user, LOGNAME=user, PATH='/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin')
    os.umask(umask)


def main():
    order = json.load(sys.stdin)
    become(order['user'], order['umask'])
    prepare()
    if order.get('break_at'):
        broken_off(order['break_at'], order['how'])
    try:
        answer = deploy(order['wish'], order['state_dir'], order.get('restore', True))
    except Failed as problem:
        module, answer = problem.args
        answer['step'] = module
    print(json.dumps(answer))


main()

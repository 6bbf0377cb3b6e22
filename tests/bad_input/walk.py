# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks through the role's own task files as ansible-playbook would, but calls the modules in a process that is there already.

The task files, defaults, conditions and templates are the role's and the templating is Ansible's; only who starts a module differs.
test_bad_input.py holds a part of the list against ansible-playbook itself.
"""
import base64
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import threading
from io import BytesIO
from pathlib import Path

import ansible
from ansible.errors import AnsibleError
from ansible.module_utils.common.json import Direction, get_module_encoder
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar

ROOT = Path(os.environ.get("QF_ROOT") or Path(__file__).resolve().parents[2])  # QF_ROOT: another copy, to see tests go red
HERE = Path(__file__).resolve().parent
ROLE = ROOT / "roles/queue_failover"
PLACE = "/opt/bad-input"
ENCODER = get_module_encoder("legacy", Direction.CONTROLLER_TO_MODULE)
PREPARE = ("dpkg -i /opt/local-repo/*.deb > /dev/null 2>&1; mariadb -e \"GRANT ALL ON *.* TO 'bad_input'@'localhost' IDENTIFIED BY 'Bad-1nput' "
           'WITH GRANT OPTION"; fwconsole reload > /dev/null; fwconsole reload > /dev/null')


init_plugin_loader([])


class Failed(Exception):
    """A task failed: args[0] is what Ansible would print as its msg."""


class Pbx:
    """A test PBX with a helper process inside."""

    def __init__(self, name, environment):
        self.name, self.environment, self.lock = name, environment, threading.Lock()
        self._podman("mkdir -p " + PLACE + " && " + PREPARE)
        self._podman("tar -C %s -xf -" % PLACE, payload())
        self.process = subprocess.Popen(["podman", "exec", "-i", name, "python3", "-I", PLACE + "/inside.py"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env=environment)

    def _podman(self, command, data=None):
        subprocess.run(["podman", "exec", "-i", self.name, "bash", "-c", command], input=data, env=self.environment, check=True,
                       stdout=subprocess.DEVNULL)

    def ask(self, *request):
        with self.lock:
            self.process.stdin.write((json.dumps(request, cls=ENCODER) + "\n").encode("utf-8", "surrogateescape"))
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        assert line, f"{self.name}: the helper inside ended at {request[:2]}"
        answer = json.loads(line)
        assert "failed" not in answer, f"{self.name}: {request[:2]}: {answer.get('failed')}"
        return answer["answer"]

    def done(self, kind, text):
        """Run shell or SQL, which must succeed."""
        code, out = self.ask(kind, text)
        assert code == 0, f"{self.name}: {kind}: {text}\n{out}"
        return out

    def bytes(self, path):
        return base64.b64decode(self.ask("bytes", path))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def payload():
    """inside.py, the modules and what they import, as a tar."""
    out = BytesIO()
    core = Path(ansible.__file__).parent

    def plain(entry):
        entry.uid = entry.gid = 0
        entry.mode |= 0o555
        return None if "__pycache__" in entry.name or entry.name.endswith(".ps1") else entry

    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.add(HERE / "inside.py", "inside.py", filter=plain)
        tar.add(ROOT / "library", "library", filter=plain)
        for name in ("release.py", "module_utils"):
            tar.add(core / name, "ansible/" + name, filter=plain)
        tar.add(ROOT / "module_utils/freepbx_failover", "ansible/module_utils/freepbx_failover", filter=plain)
        tar.addfile(tarfile.TarInfo("ansible/__init__.py"))
    return out.getvalue()


def from_text(text):
    """YAML as Ansible reads it from group_vars: octals, dates and unquoted yes included."""
    with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8", errors="surrogateescape", newline="") as handle:
        handle.write(text)
        handle.flush()
        return DataLoader().load_from_file(handle.name, cache="none", trusted_as_template=True)


class Run:
    """One run of the role on one PBX with these variables."""

    def __init__(self, pbx, variables, check=False):
        self.pbx, self.check, self.loader = pbx, check, DataLoader()
        self.loader.set_basedir(str(ROLE))
        self.variables = dict(self._load("defaults/main.yml"), **self._load("vars/main.yml"))
        self.variables.update(variables)
        self.variables.update(inventory_hostname=pbx.name, ansible_check_mode=check, role_path=str(ROLE), ansible_search_path=[str(ROLE)])
        self.changed, self.said, self.raw, self.failed, self.modules = False, [], [], None, []

    def _load(self, name):
        return self.loader.load_from_file(str(ROLE / name), cache="all", trusted_as_template=True)

    def role(self):
        """Walk tasks/main.yml; what failed is in `failed`, what was said in `said`, everything modules printed in `raw`."""
        try:
            self._tasks("main.yml", self.variables)
        except Failed as problem:
            self.failed = problem.args[0]
        except AnsibleError as problem:
            self.failed = str(problem)
        return self

    def _tasks(self, name, variables):
        self._list(self._load("tasks/" + name), variables)

    def _list(self, tasks, variables):
        for task in tasks:
            self._task(task, variables)

    def _block(self, task, variables):
        try:
            self._list(task["block"], variables)
        except Failed as problem:
            if "rescue" not in task:
                raise
            self.variables.update(ansible_failed_task={"name": problem.args[1]}, ansible_failed_result=problem.args[2])
            self._list(task["rescue"], dict(variables, **self.variables))

    def _task(self, task, variables):
        variables = dict(variables, **{name: value for name, value in self.variables.items() if name.startswith("__")})
        variables.update(task.get("vars", {}))
        templar = Templar(loader=self.loader, variables=variables)
        conditions = task.get("when", [])
        if not all(templar.evaluate_conditional(one) for one in (conditions if isinstance(conditions, list) else [conditions])):
            return
        for key in ("ansible.builtin.import_tasks", "ansible.builtin.include_tasks"):
            if key in task:
                self._tasks(task[key], variables)
                return
        if "block" in task:
            self._block(task, variables)
            return
        if "ansible.builtin.debug" in task:
            self.said.append(str(templar.template(task["ansible.builtin.debug"]["msg"])))
        elif "ansible.builtin.fail" in task:
            said = str(templar.template(task["ansible.builtin.fail"]["msg"]))
            raise Failed(said, task["name"], {"msg": said})
        else:
            self._module(task, templar)

    def _module(self, task, templar):
        name = next(key for key in task if key.startswith("freepbx_"))
        arguments = templar.template(task[name])  # a value that is `omit` is left out
        user = "admin"
        if boolean(templar.template(task["become"]), strict=True):
            user = str(templar.template(task["become_user"]))
        try:
            code, out, err = self.pbx.ask("module", name, arguments, user, self.check)
        except TypeError as problem:  # what no JSON can hold does not reach a module with Ansible either
            code, out, err = 1, json.dumps({"failed": True, "msg": str(problem)}), ""
        self.raw.append(out + err)
        self.modules.append(name)
        result = read_answer(code, out, err)
        self.changed = self.changed or bool(result.get("changed"))
        if task.get("failed_when") is False:
            result["failed"] = False
        if "register" in task:
            self.variables[task["register"]] = result
        if result.get("failed"):
            raise Failed(str(result["msg"]), task["name"], result)


def read_answer(code, out, err):
    """A module's answer as Ansible takes it."""
    if code == "hangs":
        return {"failed": True, "msg": "MODULE HANGS", "module_stderr": "Traceback: hangs", "module_stdout": out}
    try:
        return dict({"changed": False, "failed": False}, **json.loads(out[out.index("{"):]))
    except ValueError:
        last = (err.strip().splitlines() or ["no answer"])[-1]
        return {"failed": True, "changed": False, "msg": f"MODULE FAILURE: {last}", "module_stderr": err, "module_stdout": out}


def environment():
    return dict(os.environ, CONTAINERS_CONF=str(ROOT / "molecule/pbx/containers.conf"))


def main():
    """For the curious: python walk.py PBX file.yml runs the role once with these variables."""
    pbx = Pbx(sys.argv[1], environment())
    run = Run(pbx, from_text(Path(sys.argv[2]).read_text(encoding="utf-8"))).role()
    print(run.failed, run.changed, *run.said, sep="\n")


if __name__ == "__main__":
    main()

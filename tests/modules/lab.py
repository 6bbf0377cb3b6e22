# SPDX-License-Identifier: GPL-3.0-or-later
"""Two test PBXs of our own, and playbooks of many module calls in one run. A snapshot is every row and every file that matters."""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(os.environ.get("QF_ROOT") or Path(__file__).resolve().parents[2])  # QF_ROOT: another copy, to see tests go red
PBX = {"unit16": "16", "unit22": "22"}
PASSWORD = "Qf-test-8Xk2!pw"  # the beginning of the password in the test PBX's freepbx.conf, before its quotes
CONF, OLD_CONF = "/etc/freepbx.conf", "/etc/freepbx-old.conf"
DATABASES = {CONF: "asterisk", OLD_CONF: "asterisk_old"}
NEW_TABLE = "kvstore_FreePBX_modules_Customappsreg"
GUI_ROW = (r'{"destid":"1","target":"check-callstate,s,1","description":"Check call state","notes":"by the dialplan\nof somebody else",'
           r'"destret":"0","dest":""}')

SNAPSHOT = r"""#!/bin/bash
# Every row of FreePBX's databases; content, owner, mode and time of every file of Asterisk's configuration and of our state folder.
for base in asterisk asterisk_old; do
    mariadb-dump --compact --skip-extended-insert --no-create-info --order-by-primary $base | sed "s/^/$base: /"
done
find /etc/asterisk /etc/freepbx.conf /etc/freepbx-old.conf /var/lib/queue-failover -printf '%p %y %m %u %g %s %T@ %l\n' 2> /dev/null |
    grep -v '^/var/lib/queue-failover/lock ' | sort
find /etc/asterisk /var/lib/queue-failover -type f 2> /dev/null | sort | xargs -d '\n' -r sha256sum
wc -l < /var/log/asterisk/fwconsole-standin.log 2> /dev/null
"""

# The table of FreePBX 12 and 13 (FREEPBX.md section 1), with rows of another module under the same keys.
OLD = r"""
CREATE DATABASE asterisk_old;
GRANT ALL ON asterisk_old.* TO 'freepbxuser'@'localhost';
USE asterisk_old;
SOURCE /root/new.sql;
DROP TABLE kvstore_FreePBX_modules_Customappsreg;
CREATE TABLE kvstore (module char(64) NOT NULL, `key` char(255) NOT NULL, val longblob, type char(16), id char(255),
  UNIQUE KEY uniqueindex (module, `key`, id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO kvstore (module, `key`, val, type, id) VALUES
  ('FreePBX\\modules\\Customappsreg', '1', '@ROW@', 'json-arr', 'dests'), ('FreePBX\\modules\\Customappsreg', 'currentid', '2', NULL, 'noid'),
  ('FreePBX\\modules\\Other', '1', '{"destid":"1","target":"queue-failover,s,1","description":"Queue failover"}', 'json-arr', 'dests'),
  ('FreePBX\\modules\\Other', 'currentid', '77', NULL, 'noid');
"""

RESET = r"""#!/bin/bash
# The PBX as it was when the tests began.
set -e
pgrep -x mariadbd > /dev/null || { rm -f /run/mysqld/*; setsid /usr/sbin/mariadbd --user=mysql > /dev/null 2>&1 < /dev/null & }
while ! mariadb-admin ping > /dev/null 2>&1; do sleep 0.05; done
pgrep -x asterisk > /dev/null || pbx-start-asterisk
mariadb -e 'DROP DATABASE asterisk; CREATE DATABASE asterisk; DROP DATABASE asterisk_old; CREATE DATABASE asterisk_old'
mariadb asterisk < /root/new.sql
mariadb asterisk_old < /root/old.sql
rm -rf /var/lib/queue-failover /etc/asterisk/.queue_failover.*
find /etc/asterisk -mindepth 1 -delete
tar -C / -xpf /root/etc.tar
fwconsole reload > /dev/null
"""

PREPARE = r"""#!/bin/bash
set -e
apt-get update -qq && apt-get install -qq -y python3-pymysql > /dev/null
sed 's/= .asterisk.;/= "asterisk_old";/' /etc/freepbx.conf > /etc/freepbx-old.conf
chown asterisk:asterisk /etc/freepbx-old.conf && chmod 660 /etc/freepbx-old.conf
mariadb-dump --skip-comments asterisk > /root/new.sql
mariadb < /root/old-make.sql
mariadb-dump --skip-comments asterisk_old > /root/old.sql
tar -C / -cpf /root/etc.tar etc/asterisk
"""

def inventory(hosts):
    """The PBXs, or many names for them: {name: (pbx, its variables)}."""
    known = {
        "ansible_user": "admin", "ansible_ssh_private_key_file": environment()["QF_CACHE"] + "/queue-failover/ssh/id_ed25519",
        "ansible_ssh_common_args": "-o ProxyCommand='podman exec -i {{ pbx }} /usr/sbin/sshd -i' -o StrictHostKeyChecking=no "
                                   "-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"}
    return {"all": {"vars": known, "hosts": {name: dict(variables, pbx=pbx) for name, (pbx, variables) in hosts.items()}}}


def environment():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return dict(os.environ, CONTAINERS_CONF=str(ROOT / "molecule/pbx/containers.conf"), ANSIBLE_CONFIG=str(ROOT / "ansible.cfg"),
                ANSIBLE_FORKS="8", ANSIBLE_NOCOLOR="1", QF_CACHE=cache)


def podman(pbx, command, text=None):
    """Run a shell command inside a PBX as root; its output."""
    done = subprocess.run(["podman", "exec", "-i", pbx, "bash", "-c", command], input=text, env=environment(), text=True, errors="surrogateescape",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, f"{pbx}: {command}: {done.stdout}"
    return done.stdout


def sql(pbx, statement, database="asterisk"):
    """The rows a statement gives, as lists of text; NULL is 'NULL'."""
    return [line.split("\t") for line in podman(pbx, f"mariadb -N --raw {database}", statement).splitlines()]


def everywhere(command, text=None):
    """The same shell command on both PBXs at once."""
    running = {pbx: subprocess.Popen(["podman", "exec", "-i", pbx, "bash", "-c", command], env=environment(), text=True, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="surrogateescape") for pbx in PBX}
    found = {pbx: process.communicate(text)[0] for pbx, process in running.items()}
    assert all(process.returncode == 0 for process in running.values()), found
    return found


def start():
    """Fresh containers with PyMySQL and a second database of FreePBX 13's shape."""
    names = [word for pair in PBX.items() for word in pair]
    subprocess.run([str(ROOT / "molecule/pbx/pbx"), "up", *names], check=True, env=environment(), stdout=subprocess.DEVNULL)
    for name, text in (("/usr/local/bin/qf-snapshot", SNAPSHOT), ("/usr/local/bin/qf-reset", RESET), ("/usr/local/bin/qf-prepare", PREPARE),
                       ("/root/old-make.sql", OLD.replace("@ROW@", GUI_ROW.replace("\\", "\\\\")))):
        everywhere(f"cat > {name} && chmod 755 {name}", text)
    everywhere("/usr/local/bin/qf-prepare")


def reset():
    everywhere("/usr/local/bin/qf-reset")


def snapshots():
    return everywhere("/usr/local/bin/qf-snapshot")


def _ansible(arguments, text, hosts=None):
    with tempfile.TemporaryDirectory() as folder:
        hosts_file = Path(folder, "hosts.json")
        hosts_file.write_text(json.dumps(inventory(hosts or {pbx: (pbx, {}) for pbx in PBX})))
        playbook = Path(folder, "play.yml")
        playbook.write_text(text)
        out = Path(folder, "out")
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(hosts_file), *arguments, "-e", f"qf_out={out}"]
        done = subprocess.run([*command, str(playbook)] if text else command, cwd=ROOT, env=environment(), text=True, errors="surrogateescape",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done, {path.name.split(".")[1]: json.loads(path.read_text()) for path in Path(folder).glob("out.*")}


SNAP = "snapshot"


def call(module, check=False, **arguments):
    """A task of one module call; the module may fail, the play goes on."""
    return {module: arguments, "check_mode": check, "diff": True, "become": True, "ignore_errors": True}


def shell(command):
    return {"ansible.builtin.shell": {"cmd": command, "executable": "/bin/bash"}, "become": True, "changed_when": False, "check_mode": False}


def play(tasks, hosts="all"):
    """Run tasks on the PBXs in one playbook: {pbx: [result of each task]}; SNAP gives the snapshot's text."""
    book = [shell("/usr/local/bin/qf-snapshot") if task == SNAP else dict(task) for task in tasks]
    for number, task in enumerate(book):
        task["register"] = f"r{number}"
    names = ", ".join(task["register"] for task in book)
    book.append({"ansible.builtin.copy": {"content": "{{ [%s] | to_json }}" % names, "dest": "{{ qf_out }}.{{ inventory_hostname }}"},
                 "delegate_to": "localhost"})
    done, found = _ansible([], json.dumps([{"hosts": hosts, "gather_facts": False, "tasks": book}]))
    assert set(found) == (set(PBX) if hosts == "all" else {hosts}), done.stdout
    return {pbx: [result["stdout"] if task == SNAP else result for task, result in zip(tasks, results, strict=False)] for pbx, results in found.items()}


def four(module, **arguments):
    """Tasks of the four ways, a snapshot around each: check, run, again, check again."""
    run, check = call(module, **arguments), call(module, check=True, **arguments)
    return [SNAP, check, SNAP, run, SNAP, run, check, SNAP]


class Four:
    """What the four ways gave on one PBX."""

    def __init__(self, results):
        self.before, self.check, self.checked, self.run, self.after, self.again, self.last, self.end = results

    def prove(self):
        """Says changed and writes nothing; changed; not changed; not changed."""
        for result in (self.check, self.run, self.again, self.last):
            assert not result.get("failed"), result
        assert self.check["changed"] and self.checked == self.before
        assert self.run["changed"] and self.after != self.before
        assert self.check["diff"] == self.run["diff"] and self.run["diff"]
        assert not self.again["changed"] and not self.last["changed"] and self.end == self.after


def rows_of(snapshot):
    """The rows of a snapshot: {"database.table": [INSERT lines]}."""
    found = {}
    for line in snapshot.splitlines():
        base, _colon, rest = line.partition(": ")
        if rest.startswith("INSERT INTO `"):
            found.setdefault(f"{base}.{rest.split('`')[1]}", []).append(rest)
    return found


def changed_tables(before, after):
    first, last = rows_of(before), rows_of(after)
    return {name for name in set(first) | set(last) if first.get(name) != last.get(name)}


def site(variables, *options):
    """Run site.yml on both PBXs with these variables; the whole output at -vvv and the exit code."""
    return sites({pbx: (pbx, variables) for pbx in PBX}, *options)


def sites(hosts, *options):
    """Run site.yml once for many names of the PBXs, each with variables of its own: {name: (pbx, variables)}."""
    done, _none = _ansible(["-vvv", "-e", '{"queue_failover_waves": ["100%"]}', *options, str(ROOT / "site.yml")], "", hosts)
    return done.stdout, done.returncode

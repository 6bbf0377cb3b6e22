# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a test PBX, as root: breaks it, runs modules, takes snapshots and mends it, a line of JSON a request and an answer.

A module runs as Ansible would run it, with AnsibleModule, its arguments as JSON and its answer on stdout, in a process of its own;
only the interpreter and its imports are there already, which makes a call ten times as fast as one from outside.
"""
import base64
import hashlib
import importlib
import json
import os
import pwd
import runpy
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
FOLDERS = ("/etc/asterisk", "/var/lib/queue-failover", "/var/lib/qf-other")
FILES = ("/etc/freepbx.conf", "/usr/sbin/fwconsole", "/etc/fwconsole-standin.delay", "/var/log/asterisk/fwconsole-standin.log")
PASSED_OVER = ("/var/lib/queue-failover/lock",)  # holds nothing, and is there for the kernel's lock alone
USER, PASSWORD = "bad_input", "Bad-1nput"  # an account of the test's own, which may do everything
LIMIT_S = 60  # no module may take longer over bad input


class Database:
    """Every row, definition, right and mode of FreePBX's database, and the way back to them."""

    def __init__(self):
        self.pymysql = importlib.import_module("pymysql")
        self.connection = None

    def ask(self, statement, arguments=None):
        if self.connection is None:
            self.connection = self.pymysql.connect(user=USER, password=PASSWORD, unix_socket="/run/mysqld/mysqld.sock", charset="utf8mb4",
                                                   autocommit=True)
            self.connection.cursor().execute("SET sql_mode = ''")
        cursor = self.connection.cursor()
        cursor.execute(statement, arguments)
        return cursor.fetchall()

    def tables(self):
        found = {}
        for name, kind in self.ask("SHOW FULL TABLES FROM asterisk"):
            try:
                rows = self.ask(f"SELECT * FROM asterisk.`{name}`")
            except self.pymysql.MySQLError:
                rows = ()
            order = sorted(rows, key=repr)
            found[name] = (kind, self.ask(f"SHOW CREATE TABLE asterisk.`{name}`")[0][1], order)
        return found

    def around(self):
        """What else of the server an entry may change."""
        return {"grants": sorted(row[0] for row in self.ask("SHOW GRANTS FOR freepbxuser@localhost")),
                "sql_mode": self.ask("SELECT @@GLOBAL.sql_mode")[0][0], "read_only": self.ask("SELECT @@GLOBAL.read_only")[0][0]}

    def drop_triggers(self):
        for trigger in self.ask("SHOW TRIGGERS FROM asterisk"):
            self.ask(f"DROP TRIGGER asterisk.`{trigger[0]}`")

    def mend(self, tables, around):
        here = self.around()
        if here["grants"] != around["grants"]:
            self.ask("REVOKE ALL PRIVILEGES, GRANT OPTION FROM freepbxuser@localhost")
            for grant in around["grants"]:
                self.ask(grant)
        for name in ("sql_mode", "read_only"):
            if here[name] != around[name]:
                self.ask(f"SET GLOBAL {name} = %s", (around[name],))
        self.drop_triggers()
        present = self.tables()
        for name in set(present) | set(tables):
            if present.get(name) == tables.get(name):
                continue
            if name in present:
                self.ask(f"DROP {'VIEW' if present[name][0] == 'VIEW' else 'TABLE'} asterisk.`{name}`")
            if name in tables:
                _kind, definition, rows = tables[name]
                self.ask("USE asterisk")
                self.ask(definition)
                if rows:
                    marks = ", ".join(["%s"] * len(rows[0]))
                    self.connection.cursor().executemany(f"INSERT INTO asterisk.`{name}` VALUES ({marks})", rows)


def files():
    """{path: (kind, mode, owner, group, time, content or target)} of everything that matters."""
    found = {}
    for folder in FOLDERS:
        for here, folders, names in os.walk(folder):
            for path in [here] + [os.path.join(here, name) for name in names + folders]:
                found[path] = None
        if os.path.lexists(folder):
            found[folder] = None
    found.update((path, None) for path in FILES if os.path.lexists(path))
    for path in list(found):
        info = os.lstat(path)
        kind, time, content = stat.S_IFMT(info.st_mode), 0, b""
        if stat.S_ISLNK(info.st_mode):
            content = os.readlink(path).encode()
        elif stat.S_ISREG(info.st_mode):
            time, content = info.st_mtime_ns, Path(path).read_bytes()
        found[path] = (kind, stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid, time, content)
    return {path: value for path, value in found.items() if path not in PASSED_OVER}


def mend_files(wanted):
    present = files()
    for path in sorted(set(present) | set(PASSED_OVER), reverse=True):
        if path not in wanted or path not in present or wanted[path][0] != present[path][0]:
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path, ignore_errors=True)
            elif os.path.lexists(path):
                os.unlink(path)
    present = files()
    for path in sorted(wanted):
        if present.get(path) != wanted[path]:
            put_back(path, *wanted[path])


def put_back(path, kind, mode, owner, group, time, content):
    if stat.S_ISLNK(kind):
        if os.path.lexists(path):
            os.unlink(path)
        os.symlink(content.decode(), path)
        return
    if stat.S_ISDIR(kind):
        os.makedirs(path, exist_ok=True)
    else:
        Path(path).write_bytes(content)
    os.chmod(path, mode)
    os.chown(path, owner, group)
    if time:
        os.utime(path, ns=(time, time))


def cli(command):
    try:
        done = subprocess.run(["asterisk", "-rx", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False)
    except OSError:  # an entry of the list has put something else in its place
        return 1, b""
    return done.returncode, done.stdout


def loaded():
    """The dialplan Asterisk has, '' when it is down."""
    code, text = cli("dialplan show")
    return text[text.find(b"[ Context"):] if code == 0 else b""


class Pbx:
    def __init__(self):
        self.database, self.kept = Database(), {}

    def look(self):
        return self.database.tables(), self.database.around(), files(), loaded()

    def keep(self, name):
        """Remember the PBX as it is now under this name."""
        self.kept[name] = self.look()
        return True

    def snapshot(self):
        """{what: checksum} of every table, file and the loaded dialplan; what can be shown is given as text too."""
        tables, around, found, plan = self.look()
        shown = {f"table {name}": digest(value) for name, value in tables.items()}
        shown.update({f"server {name}": digest(value) for name, value in around.items()})
        shown.update({f"file {path}": f"{digest(value[:4] + value[5:])} {value[4]}" for path, value in found.items()})
        return dict(shown, **{"loaded dialplan": digest(plan)})

    def rows(self, table):
        """Every row of a table, as text, in an order of its own."""
        return [repr(row) for row in self.database.tables().get(table, ("", "", []))[2]]

    def bytes(self, path):
        return base64.b64encode(Path(path).read_bytes()).decode() if os.path.isfile(path) else ""

    def mend(self, name):
        """Back to the PBX as it was kept, Asterisk included."""
        if not shutil.which("mariadb-admin") or self.shell("mariadb-admin ping")[0]:
            self.shell("rm -f /run/mysqld/*; setsid /usr/sbin/mariadbd --user=mysql > /dev/null 2>&1 < /dev/null & "
                       "while ! mariadb-admin ping > /dev/null 2>&1; do sleep 0.05; done")
            self.database.connection = None
        tables, around, found, plan = self.kept[name]
        self.database.mend(tables, around)
        mend_files(found)
        if subprocess.run(["pgrep", "-x", "asterisk"], stdout=subprocess.DEVNULL, check=False).returncode:
            self.shell("pbx-start-asterisk")
        if loaded() != plan:
            cli("core reload")
        left = [what for what, was, now in zip(("tables", "server", "files"), self.kept[name], self.look()) if was != now]
        return left

    def shell(self, text):
        with tempfile.TemporaryFile() as out:
            done = subprocess.run(["bash", "-c", text], stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False)
            out.seek(0)
            return done.returncode, out.read().decode("utf-8", "replace")

    def sql(self, text):
        done = subprocess.run(["mariadb", "-N", "--raw", "--default-character-set=utf8mb4", "asterisk"], input=text.encode(), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def module(self, name, arguments, user, check):
        """What a module answers: [exit code, stdout, stderr]; 'hangs' if it does not end."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if not child:
                run_module(name, arguments, user, check, out.fileno(), err.fileno())
            signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
            signal.alarm(LIMIT_S)
            _pid, status = os.waitpid(child, 0)
            signal.alarm(0)
            out.seek(0)
            err.seek(0)
            hung = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
            return ["hangs" if hung else os.WEXITSTATUS(status), out.read().decode("utf-8", "replace"), err.read().decode("utf-8", "replace")]


def run_module(name, arguments, user, check, out, err):
    """In the child: become the user and run the module's file as a program."""
    code = 1
    try:
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        if user != "root":
            known = pwd.getpwnam(user)
            os.initgroups(user, known.pw_gid)
            os.setgid(known.pw_gid)
            os.setuid(known.pw_uid)
        os.chdir("/")
        basic = importlib.import_module("ansible.module_utils.basic")
        arguments = dict(arguments, _ansible_check_mode=check, _ansible_diff=True, _ansible_remote_tmp="/tmp", _ansible_keep_remote_files=False)
        basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
        basic._ANSIBLE_PROFILE = "legacy"
        runpy.run_path(str(HERE / "library" / (name + ".py")), run_name="__main__")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def digest(value):
    return hashlib.sha1(repr(value).encode("utf-8", "surrogateescape")).hexdigest()[:12]


def main():
    for module in sorted((HERE / "ansible/module_utils/freepbx_failover").glob("*.py")):
        importlib.import_module("ansible.module_utils.freepbx_failover." + module.stem)
    importlib.import_module("ansible.module_utils.basic")
    pbx = Pbx()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"answer": getattr(pbx, request[0])(*request[1:])}
        except Exception:
            answer = {"failed": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

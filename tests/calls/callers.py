# SPDX-License-Identifier: GPL-3.0-or-later
"""A test PBX seen from the host: its command line, its log, and callers on it by way of its manager interface."""
import itertools
import re
import shlex
import subprocess
import time

from ansible.module_utils.freepbx_failover import ami

CONTEXT = "queue-failover"
STATUSES = ["TIMEOUT", "FULL", "JOINEMPTY", "LEAVEEMPTY", "CONTINUE", "UNKNOWN", "WITHDRAW"]

# What FreePBX stores for each kind (FREEPBX.md section 1), said here once more so that the project's table is not its own judge.
FORMS = {"extension": "from-did-direct,{},1", "queue": "ext-queues,{},1", "ring_group": "ext-group,{},1",
         "terminate": "app-blackhole,{},1", "custom": "{}"}
GREETINGS = {"unavailable": "vmu", "busy": "vmb", "none": "vms", "instructions": "vmi"}


def string(wish):
    """The destination string of a mapping in the YAML."""
    if "voicemail" in wish:
        return "ext-local,%s%s,1" % (GREETINGS[wish.get("greeting", "unavailable")], wish["voicemail"])
    (kind, value), = wish.items()
    return FORMS[kind].format(value)


class Pbx:
    """One shell and one manager session stay open: starting `podman exec` anew costs more than most calls here take."""

    def __init__(self, name):
        self.name = name
        self.numbers = itertools.count(1)
        self.shell = self.open("bash")

    def __repr__(self):
        return self.name

    def open(self, *command):
        return subprocess.Popen(["podman", "exec", "-i", self.name, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def run(self, *command):
        """What a command prints, run in the shell that stays open."""
        self.shell.stdin.write(b"{ %s; } < /dev/null 2>&1; echo; echo end-of-command $?\n" % shlex.join(command).encode())
        received = b""
        while not re.search(rb"\nend-of-command \d+\n\Z", received):
            data = self.shell.stdout.read(65536)
            assert data, f"{self.name}: its shell is gone: {received.decode()}"
            received += data
        text, _, code = received.decode("utf-8", "replace").rpartition("\nend-of-command ")
        assert int(code) == 0, f"{self.name}: {command}: {text}"
        return text

    def cli(self, command):
        return self.session.action("Command", [("Command", command)]).get("Output", "")

    def sql(self, statement):
        return self.run("mysql", "-N", "asterisk", "-e", statement).strip()

    def agent(self, number, *state):
        self.run("agent", number, *state)

    def connect(self):
        self.process = self.open("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5038; cat <&3 & exec cat >&3")
        self.session = ami.Session(self.process.stdout, self.process.stdin)
        ami.login(self.session, "admin", self.sql("SELECT value FROM freepbx_settings WHERE keyword='AMPMGRPASS'"))

    def close(self):
        self.session.action("Logoff")
        for process in (self.process, self.shell):
            process.stdin.close()
            process.wait(timeout=10)

    def log_position(self):
        return int(self.run("stat", "-c", "%s", "/var/log/asterisk/full"))

    def log_since(self, position, level="NOTICE"):
        """Lines of this level about fail-overs; Asterisk's own VERBOSE lines repeat their text and do not count."""
        text = self.complete_log(position)
        return [line for line in text.splitlines() if f" {level}[" in line and "fail-over" in line.lower()]

    def complete_log(self, position):
        """The log is written by a thread of its own: a line that Asterisk must log now, and that stands there, ends what we look for."""
        mark = f"mark{next(self.numbers)}x"
        self.session.action("Originate", [("Channel", "Local/s@none"), ("Context", "ext-queues"), ("Exten", mark), ("Priority", "gotodest")])
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            text = self.run("tail", "-c", f"+{position + 1}", "/var/log/asterisk/full")
            if mark in text:
                return text
            time.sleep(0.02)
        raise AssertionError(f"{self.name}: Asterisk does not write its log")

    def dial(self, queue, **variables):
        """A caller who dials a queue from inside."""
        return Caller(self, True, [("Channel", f"Local/{queue}@from-internal/n"), ("Application", "Wait"), ("Data", "60")], variables)

    def enter(self, place, **variables):
        """A caller who is in the dialplan at `context,extension,priority` from the start, with these channel variables."""
        context, extension, priority = place.split(",")
        return Caller(self, False, [("Channel", "Local/musiconhold@app-blackhole/n"), ("Context", context), ("Exten", extension),
                                    ("Priority", priority)], variables)

    def leave(self, queue, status, **variables):
        """A caller at the point where FreePBX's dialplan leaves the queue, with what the queue sets."""
        given = dict({"QUEUENUM": queue, "QUEUESTATUS": status, "QUEUEJOINTIME": "1700000000"}, **variables)
        return self.enter(f"ext-queues,{queue},gotodest", **given)


class Caller:
    """One call, and the steps its channel took in the dialplan."""

    def __init__(self, pbx, dials, fields, variables):
        self.pbx, self.steps, self.ended, self.channel = pbx, [], False, None
        unique = "test-%d-%d" % (time.time(), next(pbx.numbers))
        self.unique = unique + "b" if dials else unique
        self.position = pbx.log_position()
        fields += [("ChannelId", unique), ("OtherChannelId", unique + "b"), ("Async", "true"), ("CallerID", "Test <100>")]
        fields += [ami.variable(name, value) for name, value in dict({"TIMEOUT(absolute)": 60}, **variables).items()]
        answer = pbx.session.action("Originate", fields)
        assert answer["Response"] == "Success", answer

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        if not self.ended and self.channel:
            self.hang_up()
            self.until(lambda: self.ended)

    def until(self, done, seconds=15):
        """Follow the channel until this is so; False if it does not come to that."""
        deadline = time.monotonic() + seconds
        while not done():
            event = self.pbx.session.event(deadline)
            if event is None:
                return False
            self.take(event)
        return True

    def take(self, event):
        if event.get("Uniqueid") != self.unique:
            return
        self.channel = event.get("Channel", self.channel)
        if event["Event"] == "Hangup":
            self.ended = True
        elif event["Event"] == "Newexten" and not event["Application"].startswith("App"):
            self.steps.append((event["Context"], event["Extension"], int(event["Priority"])))

    def rest(self):
        """To the end of the call and what is known of it afterwards."""
        assert self.until(lambda: self.ended), self.steps
        return self

    def hang_up(self):
        self.pbx.session.action("Hangup", [("Channel", self.channel)])

    def redirect(self, place):
        context, extension, priority = place.split(",")
        answer = self.pbx.session.action("Redirect", [("Channel", self.channel), ("Context", context), ("Exten", extension), ("Priority", priority)])
        assert answer["Response"] == "Success", answer

    def redirect_and_hang_up(self, place):
        """Both in one write, so that the hang-up comes while the channel is on its way."""
        context, extension, priority = place.split(",")
        self.pbx.process.stdin.write((
            f"Action: Redirect\r\nChannel: {self.channel}\r\nContext: {context}\r\nExten: {extension}\r\nPriority: {priority}\r\n\r\n"
            f"Action: Hangup\r\nChannel: {self.channel}\r\n\r\n").encode())

    def variable(self, name):
        return self.pbx.session.action("Getvar", [("Channel", self.channel), ("Variable", name)]).get("Value")

    def set_variable(self, name, value):
        self.pbx.session.action("Setvar", [("Channel", self.channel), ("Variable", name), ("Value", value)])

    def entries(self):
        """How often the call was routed: steps at the entry of our context."""
        return self.steps.count((CONTEXT, "s", 1))

    def landings(self):
        """Each first step outside our contexts after a routing; a hang-up's `h` is none."""
        found, inside = [], False
        for context, extension, priority in self.steps:
            ours = context == CONTEXT or re.match(CONTEXT + r"-(default$|[0-9*#]+$|entry-)", context)
            if ours:
                inside = extension != "h"
            elif inside and extension != "h":
                found.append("%s,%s,%d" % (context, extension, priority))
                inside = False
        return found

    def landing(self, number=1):
        """Where the call landed after its first, second... routing."""
        self.until(lambda: self.ended or len(self.landings()) >= number)
        landings = self.landings()
        return landings[number - 1] if len(landings) >= number else "nowhere: %s" % self.steps

    def notices(self):
        return self.pbx.log_since(self.position)

    def warnings(self):
        return self.pbx.log_since(self.position, "WARNING")

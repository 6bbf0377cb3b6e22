# SPDX-License-Identifier: GPL-3.0-or-later
"""A test PBX seen from the host: its command line, its log, and callers on it by way of its manager interface."""
import itertools
import re
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
    def __init__(self, name):
        self.name = name
        self.numbers = itertools.count(1)

    def __repr__(self):
        return self.name

    def run(self, *command, data=None):
        done = subprocess.run(["podman", "exec", "-i", self.name, *command], input=data, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{self.name}: {' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout

    def cli(self, command):
        return self.run("asterisk", "-rx", command)

    def sql(self, statement):
        return self.run("mysql", "-N", "asterisk", "-e", statement).strip()

    def agent(self, number, *state):
        self.run("agent", number, *state)

    def connect(self):
        bridge = "exec 3<>/dev/tcp/127.0.0.1/5038; cat <&3 & exec cat >&3"
        self.process = subprocess.Popen(["podman", "exec", "-i", self.name, "bash", "-c", bridge], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        bufsize=0)
        self.session = ami.Session(self.process.stdout, self.process.stdin)
        ami.login(self.session, "admin", self.sql("SELECT value FROM freepbx_settings WHERE keyword='AMPMGRPASS'"))

    def close(self):
        self.session.action("Logoff")
        self.process.stdin.close()
        self.process.wait(timeout=10)

    def log_position(self):
        return int(self.run("stat", "-c", "%s", "/var/log/asterisk/full"))

    def log_since(self, position, level="NOTICE"):
        """Lines of this level about fail-overs; Asterisk's own VERBOSE lines repeat their text and do not count."""
        text = self.run("tail", "-c", f"+{position + 1}", "/var/log/asterisk/full")
        return [line for line in text.splitlines() if f" {level}[" in line and "fail-over" in line.lower()]

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
            ours = context == CONTEXT or re.match(CONTEXT + "-(routes$|entry-)", context)
            if ours:
                inside = inside or extension != "h"
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

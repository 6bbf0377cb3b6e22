# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to Asterisk's manager interface (AMI): login, actions with their responses, events.

Works over any pair of streams that have a file number, a socket or two pipes. The password goes out in one message and stands in
no sentence and no return value.
"""
import os
import select
import socket
import time
from collections import deque
from contextlib import contextmanager

from ansible.module_utils.freepbx_failover.findings import Refusal

GREETING = 'Asterisk Call Manager'


class Session(object):
    """A conversation with the manager interface; events that come between two answers wait in `waiting`."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink
        self.received, self.waiting, self.actions = b'', deque(), 0

    def greeted(self, seconds=10):
        """Read the greeting, a line and not a message. Raises Refusal if it is none."""
        deadline = time.monotonic() + seconds
        while b'\r\n' not in self.received:
            self._read(deadline, 'its greeting')
        line, self.received = self.received.split(b'\r\n', 1)
        if not line.startswith(GREETING.encode()):
            raise Refusal("what answers at the manager interface's address is not Asterisk; see ASTMANAGERHOST and ASTMANAGERPORT in "
                          "FreePBX's Advanced Settings")

    def action(self, name, fields=(), seconds=20):
        """Send an action, return its response as a dict; fields: (key, value) pairs, a key may repeat."""
        self.actions += 1
        number = '%s-%d' % (name.lower(), self.actions)
        self._send([('Action', name), ('ActionID', number)] + list(fields), name)
        deadline = time.monotonic() + seconds
        while True:
            message = self._message(deadline, 'the action %s' % name)
            if 'Response' in message and message.get('ActionID') == number:
                return message
            if 'Event' in message:
                self.waiting.append(message)

    def event(self, deadline):
        """The next event, None when none comes before the deadline (time.monotonic())."""
        if self.waiting:
            return self.waiting.popleft()
        while True:
            try:
                message = self._message(deadline, 'an event')
            except Silence:
                return None
            if 'Event' in message:
                return message

    def _send(self, fields, name):
        for key, value in fields:
            if any(sign in '%s%s' % (key, value) for sign in '\r\n\0'):
                raise Refusal('a value for the manager action %s holds a line break, which would begin another line; leave it out' % name)
        data = ''.join('%s: %s\r\n' % field for field in fields).encode('utf-8') + b'\r\n'
        try:
            while data:
                data = data[os.write(self.sink.fileno(), data):]
        except OSError:
            raise Refusal("Asterisk's manager interface hung up; see Asterisk's log and run again")

    def _message(self, deadline, what):
        while b'\r\n\r\n' not in self.received:
            self._read(deadline, what)
        text, self.received = self.received.split(b'\r\n\r\n', 1)
        return parse(text.decode('utf-8', 'replace'))

    def _read(self, deadline, what):
        ready = select.select([self.source], [], [], max(0, deadline - time.monotonic()))[0]
        if not ready:
            raise Silence("Asterisk's manager interface does not answer (waited for %s); see whether Asterisk is overloaded" % what)
        try:
            data = os.read(self.source.fileno(), 65536)
        except OSError:
            data = b''
        if not data:
            raise Refusal("Asterisk's manager interface hung up; see Asterisk's log and run again")
        self.received += data


class Silence(Refusal):
    """Nothing came in time."""


def parse(text):
    """A message as a dict; the values of a key that repeats, as Output does, are joined by line breaks."""
    message = {}
    for line in text.split('\r\n'):
        key, colon, value = line.partition(':')
        if colon:
            value = value[1:] if value.startswith(' ') else value
            message[key] = message[key] + '\n' + value if key in message else value
    return message


def variable(name, value):
    """The field that gives a new call a variable; Asterisk splits it at commas and takes quotes and backslashes away."""
    escaped = ''.join('\\' + sign if sign in '\\,"' else sign for sign in str(value))
    return 'Variable', '%s=%s' % (name, escaped)


def login(session, user, password, events='call,dialplan'):
    """Log in; only events of these classes are sent. Raises Refusal."""
    session.greeted()
    answer = session.action('Login', [('Username', user), ('Secret', password), ('Events', events)])
    if answer['Response'] != 'Success':
        raise Refusal("Asterisk's manager interface does not let the user %s in; see AMPMGRUSER and AMPMGRPASS in FreePBX's Advanced "
                      "Settings, and manager.conf (permit, secret)" % user)


@contextmanager
def connected(host, port, user, password):
    """A session over TCP, logged in, closed at the end. Raises Refusal."""
    try:
        stream = socket.create_connection((host, port), timeout=10)
    except OSError as problem:
        raise Refusal("Asterisk's manager interface at %s:%d cannot be reached (%s); see whether Asterisk runs and manager.conf has "
                      "enabled=yes" % (host, port, problem.strerror or problem))
    # From here on select() keeps the time.
    stream.settimeout(None)
    try:
        session = Session(stream, stream)
        login(session, user, password)
        yield session
    finally:
        stream.close()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on the test PBX: one conversation with Asterisk's manager interface, by the project's own code in nothing."""
import json
import os
import select
import socket
import sys
import time

ADDRESS, USER, SECRET = ('127.0.0.1', 5038), 'admin', 'Qf-ami-3vN7'


class Gone(Exception):
    """Asterisk does not answer, or hung up."""


class Manager:
    def __init__(self, events='off', seconds=5):
        self.received, self.seconds = b'', seconds
        try:
            self.socket = socket.create_connection(ADDRESS, seconds)
        except OSError as problem:
            raise Gone(str(problem))
        self._until(b'\r\n')
        self.send(Action='Login', Username=USER, Secret=SECRET, Events=events)
        if b'Success' not in self._until(b'\r\n\r\n'):
            raise Gone('the manager interface lets nobody in')

    def send(self, *more, **fields):
        """An action; `more` are fields whose key may repeat."""
        lines = ['%s: %s' % field for field in list(fields.items()) + list(more)]
        try:
            self.socket.sendall(('\r\n'.join(lines) + '\r\n\r\n').encode())
        except OSError as problem:
            raise Gone(str(problem))

    def command(self, text, seconds=60):
        """The bytes Asterisk answers to a CLI command; for a conversation without events."""
        self.send(Action='Command', Command=text)
        return self._until(b'\r\n\r\n', seconds)

    def messages(self, seconds):
        """The messages that came within so many seconds, as dicts; returns as soon as there are any."""
        if b'\r\n\r\n' not in self.received and select.select([self.socket], [], [], max(0, seconds))[0]:
            self._read()
        while b'\r\n\r\n' in self.received:
            text, self.received = self.received.split(b'\r\n\r\n', 1)
            yield dict(line.split(': ', 1) for line in text.decode('utf-8', 'replace').split('\r\n') if ': ' in line)

    def _until(self, end, seconds=None):
        deadline = time.monotonic() + (seconds or self.seconds)
        while end not in self.received:
            if not select.select([self.socket], [], [], max(0, deadline - time.monotonic()))[0]:
                raise Gone('no answer')
            self._read()
        answer, self.received = self.received.split(end, 1)
        return answer

    def _read(self):
        try:
            data = self.socket.recv(1 << 18)
        except OSError as problem:
            raise Gone(str(problem))
        if not data:
            raise Gone('hung up')
        self.received += data


def say(**record):
    """One line to whoever started us."""
    sys.stdout.write(json.dumps(record) + '\n')
    sys.stdout.flush()


def connected(stopped, *arguments):
    """A conversation with an Asterisk that has loaded everything; None when `stopped` came first. Says how long there was none."""
    since = time.time()
    while not stopped():
        try:
            asking = Manager()
            asking.command('core waitfullybooted')
            asking.socket.close()
            manager = Manager(*arguments)
            say(kind='up', since=since, t=time.time())
            return manager
        except Gone:
            time.sleep(0.05)
    return None


def end_of_input():
    """Whether who started us has closed our input: the sign to stop."""
    return bool(select.select([0], [], [], 0)[0]) and not os.read(0, 4096)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on the test PBX: places real calls without a pause, each through a queue's fail-over, and says where each landed.

The argument is JSON: calls ([queue, status]: the call is where FreePBX's dialplan leaves the queue; or [queue, null]: it dials the
queue and waits one second), per_second, names (of contexts that are ours), caller (the context whose `s` answers and waits).
Lines on standard output: up, down (with the calls that were lost with Asterisk), call (one when it is over).
"""
import json
import random
import sys
import time

from manager import Gone, connected, end_of_input, say

EVENTS = ['Event: (Newexten|Hangup).*Uniqueid: qfc-', 'Variable: QUEUESTATUS.*Uniqueid: qfc-|Uniqueid: qfc-.*Variable: QUEUESTATUS']
LIMIT = 60  # seconds a call may take
LAST = 25  # seconds the calls that are still there get when we are told to stop


class Call:
    def __init__(self, number, queue, status):
        self.number, self.queue, self.status, self.started = number, queue, status, time.time()
        self.left = self.spoken_to = self.landed = self.landing = self.channel = None
        self.dialled, self.queued, self.over, self.at = status is None, status is not None, False, []

    def actions(self, caller):
        """The fields of the Originate: the followed channel is always the one whose id begins with qfc-."""
        mine, other = 'qfc-%d' % self.number, 'qfo-%d' % self.number
        variables = {'TIMEOUT(absolute)': LIMIT}
        fields = {'Action': 'Originate', 'Async': 'true', 'CallerID': 'Test <100>', 'ActionID': mine}
        if self.dialled:
            variables['VQ_MAXWAIT'] = 1
            fields.update(Channel='Local/%s@from-internal/n' % self.queue, Application='Wait', Data=LIMIT, ChannelId=other, OtherChannelId=mine)
        else:
            variables.update(QUEUENUM=self.queue, QUEUESTATUS=self.status, QUEUEJOINTIME=int(self.started))
            fields.update(Channel='Local/s@%s/n' % caller, Context='ext-queues', Exten=self.queue, Priority='gotodest', ChannelId=mine, OtherChannelId=other)
        return fields, [('Variable', '%s=%s' % variable) for variable in variables.items()]

    def step(self, event, ours, now):
        """One step of the call in the dialplan."""
        context, extension, application = event['Context'], event['Extension'], event['Application']
        self.over = self.over or extension == 'h'
        if self.landing or self.over:
            return
        self.at = (self.at + ['%s,%s,%s' % (context, extension, event['Priority'])])[-6:]
        self.queued = self.queued or application == 'Queue'
        if self.left is None:
            if self.queued and application == 'GotoIf':
                self.left = now
        elif ours(context):
            if application == 'Playback':
                self.spoken_to = now
        else:
            self.landing, self.landed = self.at[-1], now

    def record(self, ended):
        say(kind='call', number=self.number, queue=self.queue, status=self.status, dialled=self.dialled, started=self.started, left=self.left,
            spoken_to=self.spoken_to, landed=self.landed, landing=self.landing, ended=ended, at=self.at)


class Stream:
    def __init__(self, wish):
        self.wish, self.calls, self.number, self.plan, self.manager = wish, {}, int(time.time() * 10), [], None

    def ours(self, context):
        return any(context == name or context.startswith(name + '-') for name in self.wish['names'])

    def place(self):
        self.plan = self.plan or random.sample(self.wish['calls'], len(self.wish['calls']))
        self.number += 1
        call = Call(self.number, *self.plan.pop())
        fields, variables = call.actions(self.wish['caller'])
        self.calls['qfc-%d' % call.number] = call
        self.manager.send(*variables, **fields)

    def take(self, event):
        now, call = time.time(), self.calls.get(event.get('Uniqueid') or event.get('ActionID'))
        if call is None:
            return
        if event.get('Response') == 'Error' or (event.get('Event') == 'OriginateResponse' and event.get('Response') == 'Failure' and not call.at):
            call.at = ['not placed: %s' % event.get('Message', event.get('Reason'))]
            self.finish(call)
        elif event.get('Event') == 'Hangup':
            self.finish(call)
        elif event.get('Event') == 'VarSet':
            call.status = event['Value'] if call.dialled and call.left is None and event['Value'] else call.status
        elif event.get('Event') == 'Newexten':
            call.step(event, self.ours, now)
            if call.landing and not call.over:
                call.over = True
                self.manager.send(Action='Hangup', Channel=event['Channel'])

    def finish(self, call):
        del self.calls['qfc-%d' % call.number]
        call.record(time.time())

    def run(self):
        """Place calls until stopped, then wait for those that are still there."""
        for text in EVENTS:
            self.manager.send(Action='Filter', Operation='Add', Filter=text)
        due, until = time.time(), None
        while until is None or (self.calls and time.time() < until):
            if until is None and end_of_input():
                until = time.time() + LAST
            while until is None and time.time() >= due:
                self.place()
                due = max(due, time.time() - 1) + 1 / self.wish['per_second']
            for event in self.manager.messages(min(0.1, max(0, due - time.time())) if until is None else 0.1):
                self.take(event)
        for call in list(self.calls.values()):
            self.finish(call)
        return True

    def lost(self, problem):
        say(kind='down', t=time.time(), why=str(problem), calls=len(self.calls))
        self.calls.clear()


def main(wish):
    stream, done = Stream(wish), False
    while not done:
        stream.manager = connected(end_of_input, 'call,dialplan')
        if not stream.manager:
            return
        try:
            done = stream.run()
        except Gone as problem:
            stream.lost(problem)
            done = end_of_input()


if __name__ == '__main__':
    main(json.loads(sys.argv[1]))

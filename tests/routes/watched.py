# SPDX-License-Identifier: GPL-3.0-or-later
"""A caller who also tells which applications he met, and what the PBX reported of him."""
import time

from ansible.module_utils.freepbx_failover import ami
from callers import Caller, Pbx

RINGS = 'app-blackhole,ring,1'  # a caller stays here


class Watching(Pbx):
    def connect(self):
        self.process = self.open('bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/5038; cat <&3 & exec cat >&3')
        self.session = ami.Session(self.process.stdout, self.process.stdin)
        ami.login(self.session, 'admin', self.sql("SELECT value FROM freepbx_settings WHERE keyword='AMPMGRPASS'"), 'call,dialplan,user')

    def dial(self, queue, **variables):
        return Watched(self, True, [('Channel', f'Local/{queue}@from-internal/n'), ('Application', 'Wait'), ('Data', '60')], variables)

    def enter(self, place, **variables):
        context, extension, priority = place.split(',')
        return Watched(self, False, [('Channel', 'Local/musiconhold@app-blackhole/n'), ('Context', context), ('Exten', extension),
                                     ('Priority', priority)], variables)

    def ringing(self):
        """A caller who waits at a place where a test may change what he is."""
        call = self.enter(RINGS)
        assert call.until(lambda: ('app-blackhole', 'ring', 4) in call.steps), call.steps
        return call


class Watched(Caller):
    def __init__(self, *arguments):
        self.applications, self.reports, self.marks = [], [], 0
        super().__init__(*arguments)

    def take(self, event):
        super().take(event)
        if event.get('Uniqueid') != self.unique:
            return
        if event['Event'] == 'Newexten':
            self.applications.append((event['Application'], event.get('AppData', '')))
        elif event['Event'] == 'UserEvent':
            self.reports.append(event)

    def leaves(self, queue, status, joined, number=1):
        """From where he is to the point where FreePBX's dialplan leaves the queue, with what it sets before; where he lands."""
        for name, value in (('QDEST', ''), ('QUEUENUM', queue), ('QUEUESTATUS', status), ('QUEUEJOINTIME', joined)):
            self.set_variable(name, value)
        self.redirect(f'ext-queues,{queue},gotodest')
        return self.landing(number)

    def queue_log(self):
        """[(queue, status, destination, hop)] of the FAILOVER events of this call, as queue_log has them in its own order."""
        last = f'NONE|FAILOVER-END-{self.unique}'
        self.pbx.session.action('QueueLog', [('Queue', '600'), ('Event', f'FAILOVER-END-{self.unique}')])
        deadline = time.monotonic() + 5
        text = ''
        while last.split('|')[1] not in text:
            assert time.monotonic() < deadline, text
            text = self.pbx.run('cat', '/var/log/asterisk/queue_log')
            time.sleep(0.02)
        lines = [line.split('|') for line in text.splitlines() if line.count('|') >= 5]
        return [(line[2], *line[5:]) for line in lines if line[1] == self.unique and line[4] == 'FAILOVER']

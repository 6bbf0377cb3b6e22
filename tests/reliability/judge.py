# SPDX-License-Identifier: GPL-3.0-or-later
"""What the probe and the stream said, judged: which calls landed where they may, which instants had a queue point at nothing."""
from wishes import landing


class Timeline:
    """Which wishes may be in force when: begin() at the start of a change, settle() when it is over."""

    def __init__(self, wish, now):
        self.phases = [(now, [wish])]

    def begin(self, wish, now):
        self.phases.append((now, self.phases[-1][1] + [wish]))

    def settle(self, wish, now):
        self.phases.append((now, [wish]))

    def allowed(self, first, last):
        """The wishes of every phase that overlaps first..last."""
        ends = [begin for begin, _wishes in self.phases[1:]] + [float('inf')]
        return [wish for (begin, wishes), end in zip(self.phases, ends) if begin <= last and end >= first for wish in wishes]


def judged(call, timeline):
    """('landed' | 'misrouted' | 'dropped', the landings that were allowed) of a call's record.

    A call leaves its queue some time after its start, at most two seconds later, and what we are told of it may be late.
    """
    decided = call['spoken_to'] or call['landed'] or call['ended']
    wishes = timeline.allowed(call['started'], decided)
    allowed = {landing(wish, call['queue'], call['status']) for wish in wishes}
    if call['left'] is None:
        return 'dropped', allowed
    if call['landing'] in allowed:
        return 'landed', allowed
    return ('misrouted' if call['landing'] else 'dropped'), allowed


class Report:
    """The figures of one PBX."""

    def __init__(self, probed, streamed, timeline):
        self.seconds = [line for line in probed if line['kind'] == 'second']
        self.loads = [line['t'] for line in probed if line['kind'] == 'loaded']
        self.dangling = [line for line in probed if line['kind'] == 'dangling'] + gaps_in_targets(probed, timeline)
        self.looks = sum(line['looks'] for line in self.seconds)
        self.records = [line for line in streamed if line['kind'] == 'call']
        self.lost = sum(line['calls'] for line in streamed if line['kind'] == 'down')
        verdicts = [(judged(call, timeline), call) for call in self.records]
        self.misrouted = [dict(call, allowed=sorted(map(str, verdict[1]))) for verdict, call in verdicts if verdict[0] == 'misrouted']
        self.dropped = [dict(call, allowed=sorted(map(str, verdict[1]))) for verdict, call in verdicts if verdict[0] == 'dropped']

    def rate(self):
        """(looks a second over all, the fewest in a whole second, the longest time between two looks, the longest answer)."""
        whole = self.seconds[1:-1]
        return (sum(line['looks'] for line in whole) / max(1, len(whole)), min((line['looks'] for line in whole), default=0),
                max((line['gap'] for line in whole), default=0), max((line['answer'] for line in whole), default=0))

    def through_a_reload(self):
        """How many calls were inside an announcement while another dialplan was loaded."""
        return sum(1 for call in self.records if call['spoken_to'] and call['landed'] and any(
            call['spoken_to'] < load < call['landed'] for load in self.loads))

    def line(self):
        mean, fewest, gap, answer = self.rate()
        return ('%d looks, %.1f a second, fewest in a second %d, longest gap %.0f ms (longest answer %.0f ms); %d dangling; %d calls, %d in an '
                'announcement, %d of them through a reload, %d misrouted, %d dropped, %d lost with Asterisk' % (
                    self.looks, mean, fewest, gap * 1000, answer * 1000, len(self.dangling), len(self.records),
                    sum(1 for call in self.records if call['spoken_to']), self.through_a_reload(), len(self.misrouted), len(self.dropped),
                    self.lost))


def gaps_in_targets(probed, timeline):
    """Instants in which a queue had no target though it had one before and after, within one change; or was gone from the dialplan."""
    found, loads = [], [line for line in probed if line['kind'] == 'loaded']
    starts = [begin for begin, _wishes in timeline.phases]
    for before, now, after in zip(loads, loads[1:], loads[2:]):
        same_phase = not any(before['t'] < start < after['t'] for start in starts)
        for queue in before['targets']:
            target = now['targets'].get(queue)
            if not target and same_phase and before['targets'][queue] and after['targets'].get(queue):
                found.append({'kind': 'dangling', 't': now['t'], 'queue': queue, 'target': target, 'missing': 'any target'})
    return found

# SPDX-License-Identifier: GPL-3.0-or-later
"""A made-up PBX as the rules see it, for the tests of issue 3."""
from ansible.module_utils.freepbx_failover import checks, routes

HANGUP = "app-blackhole,hangup,1"
OURS = "queue-failover,s,1"


def row(**changes):
    """A queue whose settings let every status fire, so that only what a test changes is doubtful."""
    return dict({"descr": "", "destination": "", "max_wait": "60", "join_empty": "strict", "leave_when_empty": "strict", "maxlen": "5",
                 "doubled": [], "static_agents": 2}, **changes)


def pbx(queues=None, **changes):
    queues = queues if queues is not None else {number: row() for number in ("600", "601", "602")}
    known = {
        "queues": queues, "former": {number: found["destination"] for number, found in queues.items()},
        "objects": {"queue": [(number, "Queue " + number) for number in queues], "ivr": [("1", "Night menu")], "extension": [("200", "Alice")]},
        "recordings": [("custom/sorry", "Sorry"), ("custom/one&custom/two", "Both"), ("custom/a", "Twin"), ("custom/b", "twin "),
                       ("custom/bad;name", "Bad"), ("", "Empty"), ("custom/подождите", "Кириллица в имени"), ("custom/wait", "Подождите &amp; ждите")],
        "asterisk_version": "16.28.0", "overrides": {}, "virtual": [], "onward": {}, "ours": [OURS]}
    return dict(known, **changes)


def compiled(queues, known=None, default=None, status_defaults=None, overflow=None):
    return routes.compile_routes(queues, default or {"terminate": "hangup"}, known or pbx(), status_defaults, overflow)


def checked(queues, known=None, **wish):
    """The findings of the checks; the wish itself must be without a fault."""
    known = known or pbx()
    found, findings = compiled(queues, known, **wish)
    assert [finding for finding in findings if finding.severity == "error"] == []
    return checks.check(found, known)


def codes(findings):
    return sorted(finding.code for finding in findings)


def of(code, findings):
    return [finding for finding in findings if finding.code == code]

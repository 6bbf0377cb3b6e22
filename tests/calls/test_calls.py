# SPDX-License-Identifier: GPL-3.0-or-later
"""Where callers land who leave a queue (issue 2, "What must be shown" 1)."""
import re
import time

import pytest
from callers import CONTEXT, STATUSES, string

JOINED = 1700000000  # a QUEUEJOINTIME


def expected(wish, queue, status):
    """By the issue's order of lookup: the queue's status, the queue's default, else queue 602's former destination, else the PBX's."""
    entry = next(entry for entry in wish["queue_failover_queues"] if entry["queue"] == queue)
    former = {"602": {"ring_group": "610"}}
    return string(entry["routes"].get(status) or entry.get("default") or former.get(queue) or wish["queue_failover_default"])


def holds(call, queue, status, destination):
    """The call was routed once, to this destination, and said so in one line; the queue's variables are there to be read."""
    assert call.landing() == destination
    if not destination.startswith("ext-queues"):
        assert (call.variable("QUEUENUM"), call.variable("QUEUESTATUS")) == (queue, status)
    assert call.entries() == 1
    lines = [line for line in call.notices() if re.search(r"\b%s\b.*\b%s\b" % (queue, status), line)]
    assert len(lines) == 1 and destination in lines[0]
    assert call.warnings() == []


def test_timeout(pbx, wish):
    with pbx.dial("600") as call:
        holds(call, "600", "TIMEOUT", expected(wish, "600", "TIMEOUT"))


def test_leaveempty(pbx, wish):
    pbx.agent("201", "unavailable")
    with pbx.dial("601") as call:
        holds(call, "601", "LEAVEEMPTY", expected(wish, "601", "LEAVEEMPTY"))


def test_leaveempty_while_waiting(pbx, wish):
    """The second caller: the first one leaves only when the agent has stopped ringing."""
    with pbx.dial("601") as first:
        waits(first, "601")
        with pbx.dial("601") as call:
            waits(call, "601")
            pbx.agent("201", "unavailable")
            holds(call, "601", "LEAVEEMPTY", expected(wish, "601", "LEAVEEMPTY"))


def test_joinempty(pbx, wish):
    with pbx.dial("603") as call:
        holds(call, "603", "JOINEMPTY", expected(wish, "603", "JOINEMPTY"))


def test_full(pbx, wish):
    with pbx.dial("602") as first:
        waits(first, "602")
        with pbx.dial("602") as second:
            holds(second, "602", "FULL", expected(wish, "602", "FULL"))
        assert first.entries() == 0


def test_continue(pbx, wish):
    pbx.agent("200", "answers", "1")
    with pbx.dial("600", VQ_OPTIONS="c") as call:
        holds(call, "600", "CONTINUE", expected(wish, "600", "CONTINUE"))


def test_unknown(pbx, wish):
    """The queue is in FreePBX's dialplan but gone from Asterisk's queues."""
    pbx.run("cp", "-p", "/etc/asterisk/queues_additional.conf", "/tmp/queues_additional.conf")
    try:
        pbx.run("sed", "-i", "s/^\\[603\\]/[gone603]/", "/etc/asterisk/queues_additional.conf")
        pbx.cli("queue reload all")
        with pbx.dial("603") as call:
            holds(call, "603", "UNKNOWN", expected(wish, "603", "UNKNOWN"))
    finally:
        pbx.run("cp", "-p", "/tmp/queues_additional.conf", "/etc/asterisk/queues_additional.conf")
        pbx.cli("queue reload all")


def waits(call, queue):
    """Until the caller waits in the queue."""
    assert call.until(lambda: call.channel is not None)
    deadline = time.monotonic() + 5
    while call.channel not in call.pbx.cli(f"queue show {queue}").partition("Callers:")[2]:
        assert time.monotonic() < deadline, call.steps
        time.sleep(0.1)


def test_withdraw(pbx, wish):
    """The second caller: Asterisk sees it for the first one only when the agent has stopped ringing."""
    with pbx.dial("01600") as first:
        waits(first, "01600")
        with pbx.dial("01600") as call:
            waits(call, "01600")
            answer = pbx.session.action("QueueWithdrawCaller", [("Queue", "01600"), ("Caller", call.channel)])
            assert answer["Response"] == "Success", answer
            holds(call, "01600", "WITHDRAW", expected(wish, "01600", "WITHDRAW"))


@pytest.mark.parametrize("queue", ["600", "601", "602", "603", "01600"])
def test_every_status_of_a_queue(pbx, wish, queue):
    """The loaded dialplan, from the point where FreePBX leaves the queue."""
    landed = {}
    for status in STATUSES:
        with pbx.leave(queue, status) as call:
            landed[status] = call.landing()
    assert landed == {status: expected(wish, queue, status) for status in STATUSES}


def test_an_agent_who_answers_and_hangs_up_is_no_failover(pbx):
    pbx.agent("200", "answers", "1")
    with pbx.dial("600") as call:
        assert call.rest().entries() == 0 and call.notices() == []


def test_a_hang_up_while_waiting_is_no_failover(pbx):
    with pbx.dial("01600") as call:
        waits(call, "01600")
        call.hang_up()
        assert call.rest().entries() == 0 and call.notices() == []


def test_a_hang_up_after_the_routing_routes_nothing_again(pbx, wish):
    with pbx.leave("600", "LEAVEEMPTY") as call:
        assert call.landing() == expected(wish, "600", "LEAVEEMPTY")
        call.hang_up()
        assert call.rest().entries() == 1 and len(call.landings()) == 1 and len(call.notices()) == 1


def test_a_hang_up_during_the_routing_routes_nothing_again(pbx):
    """The hang-up races with the routing until it has won inside our context a few times."""
    hit, seen = 0, []
    for _attempt in range(60):
        with pbx.enter("app-blackhole,ring,1", QUEUENUM="600", QUEUESTATUS="FULL", QUEUEJOINTIME=str(JOINED)) as call:
            assert call.until(lambda: ("app-blackhole", "ring", 4) in call.steps)
            call.redirect_and_hang_up(f"{CONTEXT},s,1")
            call.rest()
        inside = [step for step in call.steps if step[0].startswith(CONTEXT)]
        seen.append(inside)
        again = [step for index, step in enumerate(inside) if step[1] != "h" and any(earlier[1] == "h" for earlier in inside[:index])]
        assert call.entries() <= 1 and again == [] and len(call.notices()) <= 1
        hit += (CONTEXT, "s", 1) in inside and inside[-1][1] == "h"
        if hit == 3:
            break
    assert hit == 3, seen


def test_no_queue_gets_the_default(pbx, wish):
    with pbx.enter(f"{CONTEXT},s,1") as call:
        assert call.landing() == string(wish["queue_failover_default"])
        assert call.entries() == 1 and len(call.notices()) == 1 and string(wish["queue_failover_default"]) in call.notices()[0]


def test_a_queue_without_rows_gets_the_default(pbx, wish):
    with pbx.enter(f"{CONTEXT},s,1", QUEUENUM="01601", QUEUESTATUS="TIMEOUT", QUEUEJOINTIME=str(JOINED)) as call:
        assert call.landing() == string(wish["queue_failover_default"])


def test_the_same_visit_again_gets_the_default_and_a_new_one_is_routed(pbx, wish):
    with pbx.leave("600", "WITHDRAW") as call:
        assert call.landing() == expected(wish, "600", "WITHDRAW")
        call.redirect(f"{CONTEXT},s,1")
        assert call.landing(2) == string(wish["queue_failover_default"])
        call.redirect(f"{CONTEXT},s,1")
        assert call.landing(3) == string(wish["queue_failover_default"])
        call.set_variable("QUEUEJOINTIME", JOINED + 60)
        call.redirect(f"{CONTEXT},s,1")
        assert call.landing(4) == expected(wish, "600", "WITHDRAW")
        assert len(call.notices()) == 4


def test_a_caller_who_comes_back_from_one_queue_by_another(pbx, wish):
    """Queue 600 times out into 01601; somebody sends the caller on to 603, which nobody serves: a new visit with its own row."""
    with pbx.leave("600", "TIMEOUT") as call:
        assert call.landing() == expected(wish, "600", "TIMEOUT")
        call.redirect("ext-queues,603,1")
        assert call.landing(2) == expected(wish, "603", "JOINEMPTY")
        assert len(call.notices()) == 2


def test_a_target_deleted_behind_our_back(pbx, wish):
    """It falls to the queue's default, then the PBX's, then a plain hang-up; each call says what is missing in one WARNING."""
    default, last = string({"terminate": "no-service"}), string(wish["queue_failover_default"])
    try:
        for gone, landing in [("610@ext-group", default), ("no-service@app-blackhole", last), ("ring@app-blackhole", "app-blackhole,hangup,1")]:
            pbx.cli(f"dialplan remove extension {gone}")
            with pbx.leave("600", "FULL") as call:
                assert call.landing() == landing
                warnings = call.warnings()
                assert len(warnings) == 1 and "ext-group,610,1" in warnings[0] and "600" in warnings[0] and "FULL" in warnings[0]
                assert len(call.notices()) == 1 and landing in call.notices()[0]
    finally:
        pbx.cli("dialplan reload")


STRANGE = ["6a00", "600?x:y", "600,1", "60,0", "600)", "600}", '600"', "600-TIMEOUT", "600 ", "${EPOCH}", "${SHELL(touch /tmp/evaluated)}", "-", "_X.",
           "default"]


@pytest.mark.parametrize("queue", STRANGE)
def test_a_strange_queue_number_gets_the_default(pbx, wish, queue):
    strange(pbx, wish, QUEUENUM=queue, QUEUESTATUS="TIMEOUT")


@pytest.mark.parametrize("status", ["TIME-OUT", "timeout", "TIMEOUT1", "TIMEOUT?x:y", "TIMEOUT,1", "TIMEOUT)", "TIMEOUT}", 'TIMEOUT"', "TIMEOUT ",
                                    "${EPOCH}", "${SHELL(touch /tmp/evaluated)}"])
def test_a_strange_status_gets_the_default(pbx, wish, status):
    strange(pbx, wish, QUEUENUM="600", QUEUESTATUS=status)


def strange(pbx, wish, **variables):
    with pbx.enter(f"{CONTEXT},s,1", QUEUEJOINTIME=str(JOINED), **variables) as call:
        landed = call.landing()
        assert [call.variable(name) for name in variables] == list(variables.values()), "the caller's variables are not as the test set them"
        assert landed == string(wish["queue_failover_default"])
        assert call.entries() == 1 and len(call.notices()) == 1
    assert pbx.run("find", "/tmp", "-name", "evaluated") == ""

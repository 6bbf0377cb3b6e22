# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to the manager interface over a socket pair, and how a call's events become a landing."""
import socket
import time

import pytest
from ansible.module_utils.freepbx_failover import ami, step_call
from ansible.module_utils.freepbx_failover.findings import Refusal


@pytest.fixture
def ends():
    here, there = socket.socketpair()
    yield ami.Session(here, here), there
    here.close()
    there.close()


def test_login_sends_the_password_once_and_says_who_is_refused_without_it(ends):
    session, asterisk = ends
    asterisk.sendall(b"Asterisk Call Manager/5.0.5\r\nResponse: Error\r\nActionID: login-1\r\nMessage: Authentication failed\r\n\r\n")
    with pytest.raises(Refusal) as refusal:
        ami.login(session, "admin", "s3cret")
    assert "admin" in str(refusal.value) and "s3cret" not in str(refusal.value)
    assert asterisk.recv(4096).count(b"s3cret") == 1


def test_events_between_an_action_and_its_response_are_kept(ends):
    session, asterisk = ends
    asterisk.sendall(b"Event: Hangup\r\nUniqueid: 1\r\n\r\nResponse: Success\r\nActionID: other-9\r\n\r\n"
                     b"Response: Success\r\nActionID: command-1\r\nOutput: one\r\nOutput: two: three\r\n\r\n")
    assert session.action("Command", [("Command", "x")])["Output"] == "one\ntwo: three"
    assert session.event(time.monotonic())["Event"] == "Hangup"
    assert session.event(time.monotonic()) is None


def test_a_message_that_comes_in_pieces_is_whole(ends):
    session, asterisk = ends
    asterisk.sendall(b"Event: New")
    assert session.event(time.monotonic() + 0.01) is None
    asterisk.sendall(b"exten\r\nContext: a\r\n\r")
    assert session.event(time.monotonic() + 0.01) is None
    asterisk.sendall(b"\n")
    assert session.event(time.monotonic() + 1) == {"Event": "Newexten", "Context": "a"}


def test_a_line_break_cannot_smuggle_a_second_line(ends):
    session, asterisk = ends
    with pytest.raises(Refusal):
        session.action("Originate", [("Variable", "A=1\r\nApplication: System")])
    asterisk.setblocking(False)
    with pytest.raises(BlockingIOError):
        asterisk.recv(1)


def test_silence_and_a_closed_connection_are_one_sentence_each(ends):
    session, asterisk = ends
    with pytest.raises(Refusal, match="does not answer"):
        session.action("Ping", seconds=0.01)
    asterisk.close()
    with pytest.raises(Refusal, match="hung up"):
        session.event(time.monotonic() + 1)


def test_a_variable_keeps_what_asterisk_would_split_at():
    assert ami.variable("A", 'x,y"z\\') == ("Variable", 'A=x\\,y\\"z\\\\')


def followed(via, steps):
    call = {"queue": "600", "context": "qf", "via": via, "channel": "", "ended": False, "left": False, "entered": False, "landed": "",
            "status": "", "path": []}
    for context, extension, priority, application in steps:
        if not call["landed"] and not call["ended"]:
            step_call.follow(call, {"Event": "Newexten", "Context": context, "Extension": extension, "Priority": priority,
                                    "Application": application, "Channel": "c"})
    return call["landed"], call["entered"]


EXIT = [("app-blackhole", "musiconhold", "1", "AppDial2"), ("ext-queues", "600", "20", "GotoIf")]
DIALLED = [("from-internal", "600", "1", "Macro"), ("macro-user-callerid", "s", "1", "NoOp"), ("from-internal", "600", "2", "Answer"),
           ("sub-record-check", "s", "1", "NoOp"), ("from-internal", "600", "10", "Queue"), ("macro-blkvm-clr", "s", "1", "NoOp"),
           ("from-internal", "600", "16", "GotoIf")]
OURS = [("qf", "s", "1", "Goto"), ("qf-entry-0a1b2c3d", "s", "1", "Set"), ("qf-600", "FULL", "1", "Return"), ("qf-entry-0a1b2c3d", "s", "13", "Set")]


@pytest.mark.parametrize("way, via", [(EXIT, "exit"), (DIALLED, "queue")])
@pytest.mark.parametrize("target", [("ext-queues", "01600", "1"), ("ext-queues", "600", "1"), ("from-internal", "600", "1"), ("macro-x", "s", "1"),
                                    ("qf-other", "s", "1"), ("customdests", "dest-1", "1")])
def test_the_first_step_after_our_contexts_is_the_landing(way, via, target):
    assert followed(via, way + OURS + [target + ("NoOp",), ("elsewhere", "s", "1", "NoOp")]) == (",".join(target), True)


@pytest.mark.parametrize("way, via", [(EXIT, "exit"), (DIALLED, "queue")])
def test_a_custom_destination_on_the_way_to_our_context_is_no_landing(way, via):
    assert followed(via, way + [("customdests", "dest-1", "1", "NoOp")] + OURS + [("a", "b", "1", "NoOp")]) == ("a,b,1", True)


@pytest.mark.parametrize("way, via", [(EXIT, "exit"), (DIALLED, "queue")])
def test_a_call_that_passes_our_context_by_is_said_to_land_where_it_does(way, via):
    assert followed(via, way + [("ext-group", "610", "1", "Dial")]) == ("ext-group,610,1", False)


def test_a_hang_up_is_no_landing():
    assert followed("exit", EXIT + OURS + [("qf-entry-0a1b2c3d", "h", "1", "GotoIf"), ("ext-queues", "h", "1", "Macro"),
                                       ("macro-hangupcall", "s", "1", "NoOp")]) == ("", True)

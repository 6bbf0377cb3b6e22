# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom Destinations as FreePBX's GUI makes them (FREEPBX.md section 1, the two rows quoted there)."""
import pytest
from ansible.module_utils.freepbx_failover import customdests
from ansible.module_utils.freepbx_failover.findings import Refusal

FIRST = (r'{"destid":1,"target":"notify-queue-failover,s,1","description":"Notify queue failover",'
         r'"notes":"made by test\nline two","destret":"0","dest":null}')
LATER = (r'{"destid":"2","target":"ctx,${QUEUENUM},1","description":"Ret & &#34;q&#34; x \u00e9 o&#39;k",'
         r'"notes":"","destret":"1","dest":"app-blackhole,hangup,1"}')
TARGET = "queue-failover,s,1"


def row(destid="5", target=TARGET, description="Queue failover", destret="0", **more):
    return dict({"destid": destid, "target": target, "description": description, "notes": "", "destret": destret, "dest": None}, **more)


@pytest.mark.parametrize("text", [FIRST, LATER])
def test_a_row_of_the_gui_read_and_written_again_is_byte_for_byte_the_same(text):
    assert customdests.encode(customdests.decode(text)) == text


def test_a_new_row_is_what_the_gui_would_have_made():
    made = dict(customdests.wanted(None, "notify-queue-failover,s,1", "Notify queue failover", "made by test\nline two", []), destid=1)
    assert customdests.encode(made) == FIRST


def test_the_text_of_the_gui_is_escaped_as_the_gui_escapes_it():
    made = dict(customdests.wanted(None, "ctx,${QUEUENUM},1", "Ret & \"q\" x é o'k", "", []), destid="2", destret="1", dest="app-blackhole,hangup,1")
    assert customdests.encode(made) == LATER


@pytest.mark.parametrize("text, stored", [
    ("a <b>bold</b> c", "a bold c"),
    ("Очередь / отказ", r"\u041e\u0447\u0435\u0440\u0435\u0434\u044c \/ \u043e\u0442\u043a\u0430\u0437")])
def test_tags_are_stripped_and_the_json_is_that_of_php(text, stored):
    assert '"description":"%s"' % stored in customdests.encode(row(description=customdests.as_gui(text)))


def test_an_emoji_is_written_as_the_pair_php_writes():
    assert r"\ud83d\ude00" in customdests.encode(row(description="😀"))


@pytest.mark.parametrize("text", ["", "null", "[]", "1", "no json", None, '{"destid":'])
def test_what_is_no_json_object_is_no_row(text):
    assert customdests.decode(text) is None


def test_a_row_without_dest_is_a_row():
    assert customdests.decode('{"destid":"7","target":"a,b,1","description":"x","notes":"","destret":false}')["dest"] is None


@pytest.mark.parametrize("destret, stored", [("0", TARGET), (False, TARGET), (0, TARGET), (None, TARGET), ("", TARGET),
                                             ("1", "customdests,dest-5,1"), (1, "customdests,dest-5,1"), (True, "customdests,dest-5,1")])
@pytest.mark.parametrize("destid", [5, "5"])
def test_a_queue_stores_the_bare_target_or_with_return_the_numbered_form(destid, destret, stored):
    assert customdests.stored(row(destid=destid, destret=destret)) == stored


@pytest.mark.parametrize("destid", [5, "5"])
def test_users_point_at_it_in_two_forms(destid):
    assert customdests.strings(row(destid=destid)) == [TARGET, "customdests,dest-5,1"]


def test_a_renamed_destination_is_found_by_its_target():
    mine = row(description="Renamed in the GUI")
    assert customdests.find({"5": mine, "6": row("6", "a,b,1")}, [TARGET], "Queue failover") is mine


def test_the_present_target_wins_over_former_targets_and_both_over_the_description():
    rows = {"1": row("1", "old,s,1", "x"), "2": row("2", "third,s,1", "Queue failover"), "3": row("3", TARGET, "y")}
    assert customdests.find(rows, [TARGET, "old,s,1"], "Queue failover")["destid"] == "3"
    del rows["3"]
    assert customdests.find(rows, [TARGET, "old,s,1"], "Queue failover")["destid"] == "1"
    del rows["1"]
    assert customdests.find(rows, [TARGET, "old,s,1"], "Queue failover")["destid"] == "2"


@pytest.mark.parametrize("description", ["Queue \"failover\" & o'k", "queue \"FAILOVER\" & o'k"])
def test_a_description_is_compared_without_the_escapes_of_the_gui(description):
    rows = {"5": row(target="a,b,1", description="Queue &#34;failover&#34; & o&#39;k")}
    assert customdests.find(rows, [TARGET], description) is rows["5"]


def test_nothing_found_is_none():
    assert customdests.find({"5": row(target="a,b,1", description="z")}, [TARGET], "Queue failover") is None


@pytest.mark.parametrize("rows", [
    {"5": row(), "6": row("6", description="Other")},
    {"5": row(target="a,b,1"), "6": row("6", "c,d,1")},
])
def test_two_of_one_target_or_of_one_description_are_refused_with_their_ids(rows):
    with pytest.raises(Refusal) as caught:
        customdests.find(rows, [TARGET], "Queue failover")
    assert "5" in str(caught.value) and "6" in str(caught.value) and "delete all but one" in str(caught.value)


def test_a_destination_found_by_target_keeps_everything_the_administrator_gave_it():
    mine = row(description="Renamed", notes="his", destret="1", dest="ext-local,vmu200,1")
    assert customdests.wanted(mine, TARGET, "Queue failover", "ours", [TARGET]) == mine


def test_a_destination_under_a_former_target_gets_the_present_one_and_nothing_else():
    mine = row(target="old,s,1", description="Renamed", notes="his")
    assert customdests.wanted(mine, TARGET, "Queue failover", "ours", [TARGET, "old,s,1"]) == dict(mine, target=TARGET)


def test_the_diff_shows_plain_text():
    assert customdests.shown(row(description="a &#34;b&#34;", destret="1")) == 'description: a "b"\ntarget: queue-failover,s,1\nreturn: yes\nnotes: \n'
    assert customdests.shown(None) == ""

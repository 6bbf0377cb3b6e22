# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of destination by number and by name (FREEPBX.md section 1 "Other destinations", issue 3 point 1)."""
import pytest
from ansible.module_utils.freepbx_failover import destinations, routes
from ansible.module_utils.freepbx_failover.destinations import Unresolved, resolve

# Kind, a number, the string FreePBX.md gives for that number, the table of the kind.
KINDS = [
    ("extension", "200", "from-did-direct,200,1", "users"),
    ("voicemail", "200", "ext-local,vmu200,1", "users"),
    ("queue", "600", "ext-queues,600,1", "queues_config"),
    ("ring_group", "610", "ext-group,610,1", "ringgroups"),
    ("ivr", "1", "ivr-1,s,1", "ivr_details"),
    ("announcement", "1", "app-announcement-1,s,1", "announcement"),
    ("time_condition", "1", "timeconditions,1,1", "timeconditions"),
    ("call_flow", "0", "app-daynight,0,1", "daynight"),
    ("conference", "620", "ext-meetme,620,1", "meetme"),
    ("misc_destination", "1", "ext-miscdests,1,1", "miscdests"),
    ("directory", "1", "directory,1,1", "directory_details"),
    ("callback", "1", "callback,1,1", "callback"),
    ("disa", "1", "disa,1,1", "disa"),
    ("set_caller_id", "1", "app-setcid,1,1", "setcid"),
    ("language", "1", "app-languages,1,1", "languages"),
    ("queue_priority", "1", "app-queueprio,1,1", "queueprio"),
    ("voicemail_blast", "630", "vmblast-grp,630,1", "vmblast"),
    ("paging", "640", "app-pagegroups,640,1", "paging_config"),
    ("trunk", "1", "ext-trunk,1,1", "trunks"),
    ("custom_destination", "1", "customdests,dest-1,1", "Custom Destinations"),
]
ANY = pytest.mark.parametrize("kind, number, stored, table", KINDS, ids=[row[0] for row in KINDS])


def refused(wish, objects):
    with pytest.raises(Unresolved) as caught:
        resolve(wish, objects)
    return caught.value.args


def objects(kind, number, name):
    return {kind: [("99", "Another one"), (number, name)]}


@ANY
def test_a_kind_is_found_by_its_number(kind, number, stored, table):
    assert resolve({kind: number}, objects(kind, number, "Night menu")) == stored
    assert resolve({kind: int(number)}, objects(kind, number, "Night menu")) == stored


@ANY
@pytest.mark.parametrize("stands, wished", [
    ("Night menu", "Night menu"), ("Night menu", "  nIGHT MENU "), (" Night menu ", "night menu"), ("Ночное меню", "ночное МЕНЮ"),
    ("R&amp;D &#34;A&#34; d&#39;or", "R&D \"A\" d'or"), ("a &lt;b&gt;", "A <B>"), ("夜のメニュー", "夜のメニュー"),
    ("Straße", "STRASSE"), ("naïve €", "NAÏVE €")])
def test_a_kind_is_found_by_its_name_as_people_mean_it(kind, number, stored, table, stands, wished):
    assert resolve({kind: wished}, objects(kind, number, stands)) == stored


@ANY
def test_a_name_that_is_only_part_of_another_is_not_that_other(kind, number, stored, table):
    assert refused({kind: "Night"}, objects(kind, number, "Night menu"))[0] == "unknown-destination"


@ANY
def test_two_objects_of_one_name_are_refused_with_both_numbers(kind, number, stored, table):
    code, message, remedy = refused({kind: "night menu"}, {kind: [("31", "Night menu"), ("32", "NIGHT MENU ")]})
    assert code == "ambiguous-name" and "31" in message and "32" in message and "number" in remedy


@ANY
def test_a_name_that_nothing_has_is_refused_with_the_nearest_names_as_people_read_them(kind, number, stored, table):
    code, message, remedy = refused({kind: "Nigth menu & more"}, objects(kind, number, "Night menu &amp; more"))
    assert code == "unknown-destination" and "Nigth menu" in message and "Night menu & more" in remedy and "&amp;" not in remedy


@ANY
def test_what_is_far_from_every_name_offers_none(kind, number, stored, table):
    assert "nearest" not in refused({kind: "zzzzzzzz"}, objects(kind, number, "Night menu"))[2]


@ANY
def test_a_module_that_is_not_installed_is_told_with_its_table(kind, number, stored, table):
    code, message, remedy = refused({kind: number}, {kind: None})
    assert code == "module-missing" and table in message and "install" in remedy


def test_every_kind_that_is_looked_up_stands_in_this_test():
    assert {name for name, kind in destinations.KINDS.items() if kind.lookup} == {row[0] for row in KINDS}


def test_a_custom_destination_may_have_return_on_or_off_and_is_entered_the_same_way():
    assert resolve({"custom_destination": "check & state"}, {"custom_destination": [("12", "Check &amp; state")]}) == "customdests,dest-12,1"


@pytest.mark.parametrize("value, stored", [
    ("74951234567", "from-internal,74951234567,1"), (74951234567, "from-internal,74951234567,1"), ("+74951234567", "from-internal,+74951234567,1"),
    ("*72", "from-internal,*72,1"), ("600#1", "from-internal,600#1,1"), (" 84951234567\n", "from-internal,84951234567,1"), ("0", "from-internal,0,1")])
def test_a_number_is_dialled_out_through_the_outbound_routes(value, stored):
    assert resolve({"number": value}, {}) == stored


@pytest.mark.parametrize("value", ["", "+", "abc", "7 495", "7-495", "1,2", "1;2", "${X}", "7(495)", "1" * 41, "++7", "7+", "٦٠٠", "1\n2", "_X."])
def test_what_cannot_be_dialled_is_no_number(value):
    code, message, remedy = refused({"number": value}, {})
    assert code == "destination-form" and "quotes" in remedy and "\n" not in message


@pytest.mark.parametrize("value", [True, None, 1.5, ["1"], {}])
def test_a_number_is_a_text_or_an_integer(value):
    assert refused({"number": value}, {})[0] == "destination-form"


def test_the_kinds_of_every_variable_are_looked_up():
    used = routes.kinds_used([{"queue": "600", "routes": {"EMPTY": {"ivr": "x"}}, "default": {"disa": "y"}}], {"announcement": "a"},
                             {"FULL": {"trunk": "t"}}, {"paging": "p", "announce": "z"})
    assert used == ["announcement", "disa", "ivr", "paging", "trunk"]

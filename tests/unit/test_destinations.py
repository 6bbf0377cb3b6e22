# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of destination and the strings FreePBX stores for them (FREEPBX.md section 1, issue 2 "What the user writes")."""
import pytest
from ansible.module_utils.freepbx_failover import destinations
from ansible.module_utils.freepbx_failover.destinations import Unresolved, is_raw, resolve

OBJECTS = {
    "extension": [("200", "Alice Agent"), ("201", "Bob &amp; Co"), ("203", "Дарья")],
    "voicemail": [("200", "Alice Agent")],
    "queue": [("600", "Sales"), ("601", "Support"), ("01600", "Sales overflow"), ("602", "Twins"), ("603", "Twins")],
    "ring_group": [("610", "Группа &#34;A&#34;")],
}


def refused(wish, objects=None):
    with pytest.raises(Unresolved) as caught:
        resolve(wish, OBJECTS if objects is None else objects)
    return caught.value.args


@pytest.mark.parametrize("wish, stored", [
    ({"extension": "200"}, "from-did-direct,200,1"),
    ({"voicemail": "200"}, "ext-local,vmu200,1"),
    ({"voicemail": "200", "greeting": "unavailable"}, "ext-local,vmu200,1"),
    ({"voicemail": "200", "greeting": "busy"}, "ext-local,vmb200,1"),
    ({"voicemail": "200", "greeting": "none"}, "ext-local,vms200,1"),
    ({"voicemail": "200", "greeting": "instructions"}, "ext-local,vmi200,1"),
    ({"queue": "600"}, "ext-queues,600,1"),
    ({"queue": "01600"}, "ext-queues,01600,1"),
    ({"ring_group": "610"}, "ext-group,610,1"),
    ({"terminate": "hangup"}, "app-blackhole,hangup,1"),
    ({"terminate": "congestion"}, "app-blackhole,congestion,1"),
    ({"terminate": "busy"}, "app-blackhole,busy,1"),
    ({"terminate": "zapateller"}, "app-blackhole,zapateller,1"),
    ({"terminate": "musiconhold"}, "app-blackhole,musiconhold,1"),
    ({"terminate": "ring"}, "app-blackhole,ring,1"),
    ({"terminate": "no-service"}, "app-blackhole,no-service,1"),
    ({"custom": "check-callstate,s-BUSY,1"}, "check-callstate,s-BUSY,1"),
    ({"custom": "customdests,dest-3,1"}, "customdests,dest-3,1"),
])
def test_each_kind_gives_the_string_freepbx_stores(wish, stored):
    assert resolve(wish, OBJECTS) == stored


@pytest.mark.parametrize("wish, stored", [
    ({"extension": 200}, "from-did-direct,200,1"),
    ({"queue": 600}, "ext-queues,600,1"),
    ({"queue": " 600 "}, "ext-queues,600,1"),
])
def test_a_number_may_be_an_integer_or_have_outer_blanks(wish, stored):
    assert resolve(wish, OBJECTS) == stored


@pytest.mark.parametrize("wish, stored", [
    ({"queue": "Sales"}, "ext-queues,600,1"),
    ({"queue": "sales OVERFLOW"}, "ext-queues,01600,1"),
    ({"extension": "Bob & Co"}, "from-did-direct,201,1"),
    ({"extension": "Bob &amp; Co"}, "from-did-direct,201,1"),
    ({"extension": "дарья"}, "from-did-direct,203,1"),
    ({"ring_group": 'Группа "A"'}, "ext-group,610,1"),
])
def test_a_name_is_found_as_people_write_it_though_the_gui_stores_it_html_escaped(wish, stored):
    assert resolve(wish, OBJECTS) == stored


def test_a_number_wins_over_an_equal_name():
    assert resolve({"queue": "600"}, {"queue": [("601", "600"), ("600", "Sales")]}) == "ext-queues,600,1"


def test_two_objects_of_one_name_are_refused_with_both_numbers():
    code, message, remedy = refused({"queue": "Twins"})
    assert code == "ambiguous-name" and "602" in message and "603" in message and "number" in remedy


def test_an_object_that_is_listed_twice_is_still_one_object():
    assert resolve({"queue": "Sales"}, {"queue": [("600", "Sales"), ("600", "Sales")]}) == "ext-queues,600,1"


def test_an_unquoted_01600_is_896_for_yaml_and_the_message_names_both():
    code, message, remedy = refused({"queue": 0o1600})
    assert code == "unknown-destination" and "896" in message
    assert '"01600"' in remedy and "octal" in remedy


def test_the_number_that_was_meant_is_named_whichever_it_is():
    message, remedy = refused({"queue": 0o1601}, {"queue": [("01600", "A"), ("01601", "B")]})[1:]
    assert "897" in message and '"01601"' in remedy and "01600" not in remedy


def test_the_octal_hint_names_the_trap_even_where_no_number_fits():
    remedy = refused({"extension": 0o777})[2]
    assert "octal" in remedy and "quote" in remedy


def test_a_quoted_unknown_number_gets_no_octal_hint():
    assert "octal" not in refused({"queue": "896"})[2]


def test_an_unknown_destination_names_what_is_nearest():
    assert "Support" in refused({"queue": "Suport"})[2]


def test_voicemail_of_an_extension_without_a_mailbox_is_refused_with_its_remedy():
    code, message, remedy = refused({"voicemail": "201"})
    assert code == "unknown-destination" and "201" in message and "voicemail enabled" in remedy


def test_a_kind_whose_module_is_not_installed_is_refused():
    code, message, _remedy = refused({"ring_group": "610"}, {"ring_group": None})
    assert code == "module-missing" and "ringgroups" in message


def test_an_empty_name_finds_nothing_even_if_objects_have_no_name():
    assert refused({"queue": ""}, {"queue": [("600", "")]})[0] == "unknown-destination"


@pytest.mark.parametrize("wish, code", [
    ({"ringgroup": "610"}, "unknown-kind"),
    ({"fax": "1"}, "unknown-kind"),
    ({}, "destination-form"),
    ({"greeting": "busy"}, "destination-form"),
    ({"queue": "600", "extension": "200"}, "destination-form"),
    ("600", "destination-form"),
    (["queue"], "destination-form"),
    (None, "destination-form"),
    ({"queue": "600", "greeting": "busy"}, "unknown-option"),
    ({"voicemail": "200", "greeting": "loud"}, "unknown-word"),
    ({"voicemail": "200", "greeting": None}, "unknown-word"),
    ({"voicemail": "200", "greeting": ["busy"]}, "unknown-word"),
    ({"terminate": "explode"}, "unknown-word"),
    ({"queue": True}, "destination-form"),
    ({"queue": 6.0}, "destination-form"),
    ({"queue": None}, "destination-form"),
    ({"queue": ["600"]}, "destination-form"),
    ({"custom": {"a": 1}}, "destination-form"),
    ({1: "600"}, "unknown-kind"),
])
def test_a_malformed_destination_is_refused_with_a_code_and_a_remedy(wish, code):
    found, message, remedy = refused(wish)
    assert found == code and message and remedy and "\n" not in message


def test_an_unknown_kind_names_the_nearest_kind():
    assert "nearest: ring_group" in refused({"ringgroup": "610"})[2]


BAD_RAW = ["", "s", "ctx,s", "ctx,s,1,2", ",s,1", "ctx,,1", "ctx,s,", 'ctx,s",1', "ctx,s',1", "ctx,s;x,1", "ctx,s$,1", "ctx,${EXTEN},1",
           "ctx,s?,1", "ctx,s:x,1", "ctx,(s),1", "ctx,[s],1", "ctx,s\n,1", "ctx,s,1\nexten => h,1,System(id)", "ctx,s s,1", "ctx,s,1)",
           "ctx,s\\,1", "ctx,s|,1", "ctx,s,1\x00", "контекст,s,1", "ctx,s,1;"]


@pytest.mark.parametrize("text", BAD_RAW)
def test_a_raw_destination_that_could_break_a_dialplan_line_is_refused(text):
    code, message, _remedy = refused({"custom": text})
    assert code == "destination-form" and "\n" not in message


@pytest.mark.parametrize("text", BAD_RAW + ["ctx,s,1\n", " ctx,s,1"])
def test_is_raw_says_no_to_what_is_no_plain_context_extension_priority(text):
    assert not is_raw(text)


def test_an_object_id_that_could_break_a_dialplan_line_is_refused():
    assert refused({"queue": "x"}, {"queue": [("60${X}", "x")]})[0] == "destination-form"


def test_a_message_never_carries_a_line_break_and_never_is_endless():
    message = refused({"custom": "a\r\nb" + "x" * 5000})[1]
    assert "\n" not in message and "\r" not in message and len(message) < 300


def test_the_kinds_of_this_issue_are_rows_of_the_table():
    assert {"extension", "voicemail", "queue", "ring_group", "terminate", "custom"} <= set(destinations.KINDS)

# SPDX-License-Identifier: GPL-3.0-or-later
"""freepbx_custom_destination against the stores of FreePBX 14 to 17 (as seeded) and of 12 and 13."""
import json

import lab
import pytest

TARGET = "queue-failover,s,1"
STATES = {lab.CONF: "/var/lib/queue-failover", lab.OLD_CONF: "/var/lib/queue-failover/old"}
# The next free ids: the seeds have one destination each, number 1, and 3 on the PBX of Asterisk 22.
NEXT = {("unit16", lab.CONF): "2", ("unit22", lab.CONF): "4", ("unit16", lab.OLD_CONF): "2", ("unit22", lab.OLD_CONF): "2"}
STORES = [(pbx, conf) for pbx in lab.PBX for conf in (lab.CONF, lab.OLD_CONF)]
EACH = pytest.mark.parametrize("pbx, conf", STORES, ids=[f"{pbx}-{lab.DATABASES[conf]}" for pbx, conf in STORES])
WORDS = {"description": "Queue \"failover\" / é", "notes": "made by test\nline two"}


def arguments(conf, **more):
    return dict({"freepbx_conf": conf, "state_dir": STATES[conf]}, **more)


def table(conf):
    return lab.NEW_TABLE if conf == lab.CONF else "kvstore"


def mine(conf):
    return "" if conf == lab.CONF else " AND module = 'FreePBX\\\\modules\\\\Customappsreg'"


def rename(conf):
    """What an administrator's rename in the GUI does to the row."""
    return lab.shell("mariadb %s -e \"UPDATE %s SET val = REPLACE(val, 'Queue ', 'Renamed ') WHERE id = 'dests' AND val LIKE '%%queue-failover,s,1%%'%s\"" % (
        lab.DATABASES[conf], table(conf), mine(conf).replace("\\\\", "\\\\\\\\")))


def rows(conf):
    """Every row of the store with its bytes."""
    return lab.shell("mariadb -N --raw %s <<< \"SELECT \\`key\\`, HEX(val), type, id FROM %s WHERE 1%s ORDER BY 1, 4\"" % (
        lab.DATABASES[conf], table(conf), mine(conf).replace("\\\\", "\\\\\\\\")))


def flag(conf):
    return lab.shell("mariadb -N %s <<< \"SELECT value FROM admin WHERE variable = 'need_reload'\"" % lab.DATABASES[conf])


@pytest.fixture(scope="module")
def walked(fresh):
    """{(pbx, conf): {step: result}} of one walk through a destination's life."""
    tasks, names = [], []
    module = "freepbx_custom_destination"
    for conf in (lab.CONF, lab.OLD_CONF):
        steps = [("first", rows(conf))]
        steps += [("present", task) for task in lab.four(module, **arguments(conf, **WORDS))]
        steps += [("rows", rows(conf)), ("flag", flag(conf)), ("rename", rename(conf)),
                  ("renamed", lab.call(module, **arguments(conf, **WORDS))), ("renamed_rows", rows(conf))]
        steps += [("absent", task) for task in lab.four(module, **arguments(conf, state="absent"))]
        steps += [("last", rows(conf))]
        tasks += [task for _name, task in steps]
        names += [(conf, name) for name, _task in steps]
    found = {}
    for pbx, results in lab.play(tasks).items():
        for (conf, name), result in zip(names, results, strict=True):
            found.setdefault((pbx, conf), {}).setdefault(name, []).append(result)
    return found


def read(result):
    """{(key, id): (value, type)} of the result of rows()."""
    lines = [line.split("\t") for line in result[0]["stdout"].splitlines()]
    return {(key, identity): (bytes.fromhex(value).decode(), kind) for key, value, kind, identity in lines}


@EACH
def test_present_four_ways(walked, pbx, conf):
    lab.Four(walked[pbx, conf]["present"]).prove()


@EACH
def test_absent_four_ways(walked, pbx, conf):
    lab.Four(walked[pbx, conf]["absent"]).prove()


@EACH
def test_the_row_is_byte_for_byte_what_the_gui_would_have_made(walked, pbx, conf):
    number = NEXT[pbx, conf]
    value, kind = read(walked[pbx, conf]["rows"])[number, "dests"]
    assert kind == "json-arr"
    assert value == (r'{"destid":"%s","target":"queue-failover,s,1","description":"Queue &#34;failover&#34; \/ \u00e9",'
                     r'"notes":"made by test\nline two","destret":"0","dest":null}' % number)


@EACH
def test_currentid_is_the_next_free_id_and_is_never_taken_back(walked, pbx, conf):
    following = str(int(NEXT[pbx, conf]) + 1)
    assert read(walked[pbx, conf]["rows"])["currentid", "noid"] == (following, "NULL")
    assert read(walked[pbx, conf]["last"])["currentid", "noid"] == (following, "NULL")


@EACH
def test_after_removal_every_row_but_currentid_is_byte_for_byte_what_it_was(walked, pbx, conf):
    first, last = read(walked[pbx, conf]["first"]), read(walked[pbx, conf]["last"])
    del first["currentid", "noid"], last["currentid", "noid"]
    assert first == last and len(first) == 1


@EACH
def test_the_rows_of_others_in_the_store_stay(walked, pbx, conf):
    first, middle = read(walked[pbx, conf]["first"]), read(walked[pbx, conf]["rows"])
    assert set(middle) == set(first) | {(NEXT[pbx, conf], "dests")}
    assert all(middle[key] == value for key, value in first.items() if key[0] != "currentid")


@EACH
def test_it_returns_what_a_queue_stores_and_in_check_mode_says_it_too(walked, pbx, conf):
    four = lab.Four(walked[pbx, conf]["present"])
    assert four.run["destination"] == TARGET == four.again["destination"] == four.check["destination"]
    assert str(four.run["destid"]) == NEXT[pbx, conf] == str(four.again["destid"])
    assert four.check["destid"] is None


@EACH
def test_a_reload_is_due_after_it(walked, pbx, conf):
    assert walked[pbx, conf]["flag"][0]["stdout"] == "true"


@EACH
def test_renamed_in_the_gui_it_is_found_by_its_target_and_left_as_it_is(walked, pbx, conf):
    (result,) = walked[pbx, conf]["renamed"]
    assert not result.get("failed") and not result["changed"] and str(result["destid"]) == NEXT[pbx, conf]
    value = json.loads(read(walked[pbx, conf]["renamed_rows"])[NEXT[pbx, conf], "dests"][0])
    assert value["description"].startswith("Renamed ")


@EACH
def test_only_its_own_database_is_touched(walked, pbx, conf):
    four = lab.Four(walked[pbx, conf]["present"])
    base = lab.DATABASES[conf]
    assert lab.changed_tables(four.before, four.after) == {f"{base}.{table(conf)}", f"{base}.admin"}
    assert [line for line in four.before.splitlines() if line.startswith("/etc")] == [line for line in four.after.splitlines() if line.startswith("/etc")]


VALUE = r'{"destid":"%s","target":"%s","description":"%s","notes":"","destret":"%s","dest":"%s"}'


def insert(conf, number, target, description, destret="0", dest=""):
    module = "" if conf == lab.CONF else ", module"
    name = "" if conf == lab.CONF else ", 'FreePBX\\\\modules\\\\Customappsreg'"
    return "INSERT INTO %s (`key`, val, type, id%s) VALUES ('%s', '%s', 'json-arr', 'dests'%s);" % (
        table(conf), module, number, VALUE % (number, target, description, destret, dest), name)


@pytest.fixture(scope="module")
def refused(walked):
    """Two destinations of one target; of one description; one that returns; an empty store."""
    cases = {}
    for name, statements in {
        "two of one target": lambda conf: [insert(conf, 8, TARGET, "One"), insert(conf, 9, TARGET, "Two")],
        "two of one description": lambda conf: [insert(conf, 8, "a,b,1", "Queue failover"), insert(conf, 9, "c,d,1", "Queue failover")],
        "returning": lambda conf: [insert(conf, 8, TARGET, "Mine", "1", "app-blackhole,hangup,1")],
        "empty": lambda conf: ["DELETE FROM %s WHERE 1%s;" % (table(conf), mine(conf))],
    }.items():
        lab.reset()
        for pbx, conf in STORES:
            lab.sql(pbx, " ".join(statements(conf)), lab.DATABASES[conf])
        tasks = [task for conf in (lab.CONF, lab.OLD_CONF)
                 for task in (lab.SNAP, lab.call("freepbx_custom_destination", **arguments(conf)), lab.SNAP, rows(conf))]
        for pbx, results in lab.play(tasks).items():
            cases[name, pbx, lab.CONF], cases[name, pbx, lab.OLD_CONF] = results[:4], results[4:]
    return cases


@EACH
@pytest.mark.parametrize("name, told", [("two of one target", TARGET), ("two of one description", "Queue failover")])
def test_two_of_one_target_or_description_are_one_sentence_with_both_ids_and_nothing_is_written(refused, pbx, conf, name, told):
    before, result, after, _rows = refused[name, pbx, conf]
    assert result["failed"] and told in result["msg"] and "8" in result["msg"] and "9" in result["msg"] and "\n" not in result["msg"]
    assert lab.rows_of(before) == lab.rows_of(after)


@EACH
def test_one_with_return_switched_on_is_entered_by_its_number(refused, pbx, conf):
    result = refused["returning", pbx, conf][1]
    assert not result["changed"] and result["destination"] == "customdests,dest-8,1"


@EACH
def test_in_an_empty_store_the_first_id_is_the_int_1_and_currentid_becomes_2(refused, pbx, conf):
    found = read(refused["empty", pbx, conf][3:])
    assert json.loads(found["1", "dests"][0])["destid"] == 1 and '"destid":1,' in found["1", "dests"][0]
    assert found["currentid", "noid"] == ("2", "NULL")


@EACH
def test_the_rows_of_another_module_in_the_old_store_are_not_ours(refused, pbx, conf):
    if conf == lab.OLD_CONF:
        assert lab.rows_of(refused["empty", pbx, conf][2])["asterisk_old.kvstore"][-2:] == [
            r"INSERT INTO `kvstore` VALUES ('FreePBX\\modules\\Other','1',"
            r"'{\"destid\":\"1\",\"target\":\"queue-failover,s,1\",\"description\":\"Queue failover\"}','json-arr','dests');",
            r"INSERT INTO `kvstore` VALUES ('FreePBX\\modules\\Other','currentid','77',NULL,'noid');"]
    else:
        assert len(lab.rows_of(refused["empty", pbx, conf][2])["asterisk." + lab.NEW_TABLE]) == 2

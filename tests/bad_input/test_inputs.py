# SPDX-License-Identifier: GPL-3.0-or-later
"""Every bad input of inputs.yml gets one sentence and writes nothing; what is odd but usable is deployed and leaves foreign bytes alone."""
import judge
import pytest
import record
import walk

ENTRIES = judge.entries()


def generations(entry, number):
    """On which PBX an entry is tried: both, the one it says, or in turn."""
    on = str(entry.get("on", ["16", "22"][number % 2]))
    return ["16", "22"] if on == "both" else [on]


WHERE = {entry["name"]: generations(entry, number) for number, entry in enumerate(ENTRIES)}


def marked(entry):
    marks = [pytest.mark.short] if entry.get("short") else []
    if "open" in entry:
        marks.append(pytest.mark.xfail(strict=not entry["open"].endswith("?"), reason=f"open: {entry['open']}"))
    return pytest.param(entry, id=entry["name"], marks=marks)


def work_off(pbx, generation, todo):
    """The results of this PBX's part of the list: first those that find it untouched, then those that find it deployed."""
    found = {}
    pbx.ask("keep", "clean")
    for base in ("clean", "deployed"):
        here = [entry for entry in todo if entry.get("base", "clean") == base and generation in WHERE[entry["name"]]]
        if base == "deployed" and here:
            deployed = walk.Run(pbx, {"queue_failover_queues": [judge.GOOD]}).role()
            assert deployed.failed is None, deployed.failed
            pbx.ask("keep", "deployed")
        snapshot = pbx.ask("snapshot")
        for entry in here:
            found[entry["name"]] = judge.Case(pbx, entry, snapshot).judged()
    pbx.ask("mend", "clean")
    return found


@pytest.mark.parametrize("entry", [marked(entry) for entry in ENTRIES])
def test_bad_input(results, entry, record_property):
    record_property("group", entry["group"])
    record_property("pbxs", WHERE[entry["name"]])
    record_property("seconds", max(results[generation][entry["name"]]["seconds"] for generation in WHERE[entry["name"]]))
    for generation in WHERE[entry["name"]]:
        found = results[generation][entry["name"]]
        assert found["problems"] == [], f"generation {generation}: " + "\n".join(found["problems"])
        assert record.same(entry, found["got"]), f"generation {generation}, another sentence than in the list (--record): " + "\n".join(found["got"])


def test_the_list_has_300_inputs_or_more():
    assert len(ENTRIES) >= 300

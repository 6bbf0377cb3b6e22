# SPDX-License-Identifier: GPL-3.0-or-later
"""Any walk of deploys ends, after a removal, where it began; and no deploy has anything left to do the second time."""
from ansible.module_utils.freepbx_failover.plan import adopt, plan_queues
from hypothesis import given
from hypothesis import strategies as st

US = "queue-failover,s,1"
OURS = [US, "former-name,s,1"]
NUMBERS = ["600", "601", "01600"]
DESTINATIONS = st.sampled_from(["", "ext-local,vmu200,1", "ext-group,610,1", "app-blackhole,hangup,1"])
WAITS = st.sampled_from(["", "1", "60", "0", "none"])
POLICIES = st.sampled_from(["yes", "no", "strict", "loose", "penalty,paused,invalid,unavailable,inuse,ringing", "paused"])
ROW = st.fixed_dictionaries({
    "destination": DESTINATIONS, "max_wait": WAITS, "join_empty": st.one_of(st.none(), POLICIES), "leave_when_empty": st.one_of(st.none(), POLICIES)})
PBX = st.fixed_dictionaries({number: ROW for number in NUMBERS})
WISH = st.dictionaries(st.sampled_from(NUMBERS), st.fixed_dictionaries({}, optional={
    "destination": st.just(US), "max_wait": WAITS, "join_empty": POLICIES, "leave_when_empty": POLICIES}))


def step(current, wish, taken, former=None):
    """One run of the queue module as it plans: memory filled up, planned, applied."""
    former = former or {}
    planned = plan_queues(current, wish, adopt(taken, former, current, OURS), OURS, former)
    after = {number: dict(row) for number, row in current.items()}
    for change in planned.changes:
        assert after[change.queue][change.setting] == change.before
        after[change.queue][change.setting] = change.after
    return after, planned


@given(PBX, st.lists(WISH, max_size=5))
def test_after_any_deploys_a_removal_restores_exactly_the_rows_of_before(original, wishes):
    current, taken = original, {}
    for wish in wishes:
        current, planned = step(current, wish, taken)
        taken = planned.taken
    restored, planned = step(current, {}, taken)
    assert restored == original and planned.taken == {} and planned.notes == []


@given(PBX, st.lists(WISH, min_size=1, max_size=5))
def test_a_second_deploy_of_the_same_wish_changes_nothing(original, wishes):
    current, taken = original, {}
    for wish in wishes:
        current, planned = step(current, wish, taken)
        _same, again = step(current, wish, planned.taken)
        assert again.changes == [] and again.taken == planned.taken
        taken = planned.taken


@given(PBX, WISH)
def test_after_a_deploy_every_wished_setting_has_the_wished_value_and_no_other_has_changed(original, wish):
    current, _planned = step(original, wish, {})
    for number in NUMBERS:
        assert current[number] == dict(original[number], **wish.get(number, {}))


@given(PBX, WISH, PBX)
def test_what_somebody_set_in_the_gui_after_a_deploy_survives_the_removal(original, wish, later):
    current, planned = step(original, wish, {})
    edited = {number: dict(row) for number, row in current.items()}
    touched = set()
    for number in NUMBERS:
        for setting in later[number]:
            if later[number][setting] != current[number][setting]:
                edited[number][setting] = later[number][setting]
                touched.add((number, setting))
    restored, _planned = step(edited, {}, planned.taken)
    for number, setting in touched:
        assert restored[number][setting] == later[number][setting]


@given(PBX, WISH)
def test_with_the_state_folder_lost_the_comments_in_the_block_still_restore_every_destination(original, wish):
    current, planned = step(original, wish, {})
    comments = {number: original[number]["destination"] for number in wish if "destination" in wish[number]}
    current, planned = step(current, wish, {}, comments)
    restored, planned = step(current, {}, planned.taken, comments)
    assert {number: row["destination"] for number, row in restored.items()} == {number: row["destination"] for number, row in original.items()}

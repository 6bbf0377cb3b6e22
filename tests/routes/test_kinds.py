# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of destination by name, one YAML for two PBXs with different ids (issue 3, 1 and 2)."""
import pytest
import wishes

from ansible.module_utils.freepbx_failover import dialplan

CONTEXT = 'queue-failover'


def returned(pbx):
    """{(queue, extension): what its row returns} as Asterisk has loaded it."""
    loaded = dialplan.parse_show(pbx.run('asterisk', '-rx', 'dialplan show'), lambda name: name.startswith(CONTEXT + '-'))
    return {(table[len(CONTEXT) + 1:], extension): priorities[1].application for table, extensions in loaded.items() if '-entry-' not in table
            for extension, priorities in extensions.items() if extension != 'h'}


def test_the_two_pbxs_have_different_ids_under_the_same_names(fleet):
    strings = [[wishes.string(pbx, kind) for kind in wishes.KINDS] for pbx in fleet.pbxs.values()]
    assert sum(one != other for one, other in zip(*strings)) >= 10


def test_what_asterisk_has_loaded_is_what_freepbx_stores_for_each_kind_on_that_pbx(fleet, each):
    fleet.deploy(wishes.EVERYTHING)

    def look(pbx):
        loaded = returned(pbx)
        expected = {place: 'Return(%s)' % wishes.string(pbx, kind) for kind, place in wishes.WHERE.items()}
        assert {place: loaded.get(place) for place in expected} == expected
        assert loaded[('01600', 'FULL')] == 'Return(ivr-77,s,1)', 'a name that would be harmful text is only looked up'
        assert {row for row in loaded if row[0] in ('600', '601', '602')} == set(wishes.PLACES) | {
            ('600', '_[A-Z]!'), ('601', '_[A-Z]!'), ('602', '_[A-Z]!'), ('601', 'default')}
        assert loaded[('601', 'default')] == 'Return()'
    each(look)


@pytest.mark.parametrize('kind', [kind for kind in wishes.KINDS if wishes.WHERE[kind][1] != 'default'])
def test_a_call_lands_at_the_kinds_object(fleet, each, kind):
    fleet.deploy(wishes.EVERYTHING)
    queue, status = wishes.WHERE[kind]

    def call(pbx):
        with pbx.leave(queue, status) as caller:
            assert caller.landing() == wishes.string(pbx, kind)
    each(call)


@pytest.mark.parametrize('queue, status, destination', [
    ('01601', 'JOINEMPTY', 'app-blackhole,ring,1'),        # the exact word beats EMPTY
    ('01601', 'LEAVEEMPTY', 'app-blackhole,busy,1'),       # EMPTY
    ('01601', 'TIMEOUT', 'app-blackhole,ring,1'),          # the queue's default
    ('603', 'WITHDRAW', 'app-blackhole,busy,1'),           # the queue's default goes before the PBX's for the status
    ('601', 'WITHDRAW', 'app-blackhole,zapateller,1'),     # queue_failover_status_defaults
    ('601', 'UNKNOWN', 'app-blackhole,no-service,1'),      # queue_failover_default
])
def test_the_order_of_lookup_on_real_calls(fleet, each, queue, status, destination):
    fleet.deploy(wishes.EVERYTHING)

    def call(pbx):
        with pbx.leave(queue, status) as caller:
            assert caller.landing() == destination
    each(call)

# SPDX-License-Identifier: GPL-3.0-or-later
"""What the probe and the judge make of texts, without a PBX: each must be able to say no."""
import probe
import pytest
from judge import Timeline, judged
from wishes import CHANGED, ROUTES, landing

SHOW = """[ Context 'ext-queues' created by 'pbx_config' ]
  '600' =>          1. Macro(user-callerid,)                      [extensions_additional.conf:50]
     [gotodest]     2. GotoIf($["${QDEST}"=""]?%s:${CUT(QDEST,^,1)},${CUT(QDEST,^,2)},${CUT(QDEST,^,3)}) [extensions_additional.conf:51]

[ Context 'ext-local' created by 'pbx_config' ]
  '200' =>          hint: Custom:AGENT200                         [extensions_additional.conf:90]
                    1. NoOp(Extension 200)                        [extensions_additional.conf:91]
  '_vm[ub]X!' =>    1. Goto(vm,s,1)                               [extensions_additional.conf:92]

[ Context 'from-did-direct' created by 'pbx_config' ]
  Include =>        'ext-local'                                   [pbx_config]

[ Context 'ours' created by 'pbx_config' ]
  's' =>            1. Goto(ours-entry,s,1)                       [extensions_custom.conf:1]
"""
ENTRY = """
[ Context 'ours-entry' created by 'pbx_config' ]
  's' =>            1. NoOp()                                     [extensions_custom.conf:2]
"""


@pytest.mark.parametrize('target, missing', [
    ('ext-local,200,1', None), ('from-did-direct,200,1', None), ('ext-local,201,1', 'ext-local,201,1'), ('ext-local,200,2', 'ext-local,200,2'),
    ('nowhere,s,1', 'nowhere,s,1'), ('ext-local,vmu200,1', 'vm,s,1'), ('ext-local,vms200,1', 'ext-local,vms200,1'), ('ours,s,1', 'ours-entry,s,1')])
def test_a_target_that_is_not_in_the_same_answer(target, missing):
    found, dangling = probe.judge(SHOW % target)
    assert found == {'600': target}
    assert dangling == ([['600', target, missing]] if missing else [])


def test_a_target_whose_way_is_whole_and_a_queue_without_any():
    assert probe.judge(SHOW % 'ours,s,1' + ENTRY)[1] == []
    assert probe.judge(SHOW % '') == ({'600': ''}, [])


def call(landed_at, landing_at, **more):
    return dict({'queue': '600', 'status': 'FULL', 'started': landed_at - 0.1, 'left': landed_at - 0.1, 'spoken_to': None, 'landed': landed_at,
                 'landing': landing_at, 'ended': landed_at}, **more)


def test_a_call_may_land_where_the_wishes_of_its_moment_lead_and_nowhere_else():
    timeline = Timeline(None, 0)
    timeline.begin(ROUTES, 100)
    timeline.settle(ROUTES, 110)
    timeline.begin(CHANGED, 200)
    former, first, second = (landing(wish, '600', 'FULL') for wish in (None, ROUTES, CHANGED))
    verdicts = {when: [judged(call(when, place), timeline)[0] for place in (former, first, second)] for when in (50, 105, 150, 205)}
    assert verdicts == {50: ['landed', 'misrouted', 'misrouted'], 105: ['landed', 'landed', 'misrouted'],
                        150: ['misrouted', 'landed', 'misrouted'], 205: ['misrouted', 'landed', 'landed']}
    assert judged(call(150, None, landed=None), timeline)[0] == 'dropped'

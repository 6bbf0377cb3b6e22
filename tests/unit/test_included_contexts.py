# SPDX-License-Identifier: GPL-3.0-or-later
"""`dialplan show EXTENSION@CONTEXT` prints what matched in an included context under a heading of its own (seen on 16.28 and 22.10)."""
from ansible.module_utils.freepbx_failover import asterisk, dialplan

SHOWN = """[ Included context 'ext-local' created by 'pbx_config' ]
  '201' =>          hint: Custom:AGENT201                         [extensions_additional.conf:4362]
                    1. Macro(user-callerid,)                      [extensions_additional.conf:4363]
     [dial]         2. Dial(Local/201@phone/n,15,t)               [extensions_additional.conf:4365]

-= 1 extension (3 priorities) in 1 context. =-
"""


def test_an_extension_of_an_included_context_is_read():
    assert set(dialplan.parse_show(SHOWN)["ext-local"]["201"]) == {1, 2}


def test_a_destination_that_is_reached_by_an_include_exists(monkeypatch):
    monkeypatch.setattr(asterisk, "cli", lambda command: SHOWN if command == "dialplan show 201@from-did-direct" else "There is no existence")
    assert asterisk.exists("from-did-direct,201,1") and asterisk.exists("from-did-direct,201,dial")
    assert not asterisk.exists("from-did-direct,201,3") and not asterisk.exists("from-did-direct,202,1")

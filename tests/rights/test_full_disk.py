# SPDX-License-Identifier: GPL-3.0-or-later
"""No space left: in the folder of the dialplan or in ours, at once or in the middle of a deploy."""
import pytest

from lab import SECRET, broken, deploy, done, small
from looks import differences, looks
from steps import VARS
from test_refused import CHANGED, STATE, open_finding

# (folder, pages of 4 KiB that are left): 0 stops the first write, more stop a later one.
CASES = [('/etc/asterisk', 0), ('/etc/asterisk', 2), (STATE, 0), (STATE, 2), (STATE, 3)]


MARKS = {('/etc/asterisk', 0): [pytest.mark.short],
         ('/etc/asterisk', 2): [open_finding('rights F14: the way back finds no space either, so the rows stay in the database')]}


@pytest.mark.parametrize('folder, left', [pytest.param(*case, marks=MARKS.get(case, [])) for case in CASES])
def test_a_disk_without_space_is_one_sentence_and_the_pbx_is_as_before(deployed, folder, left):
    with broken(deployed, *small(folder, left)) as before:
        answers = deploy(deployed, CHANGED)
        after = looks(deployed)
        if left >= 2 and not any(answer.refused for answer in answers.values()):
            pytest.skip('%d pages were enough' % left)
    for answer in answers.values():
        assert answer.refused and 'traceback' not in answer and 'traceback' not in answer.get('restored', {}), answer
        assert 'No space left on device' in answer['msg'] and SECRET not in answer.text, answer['msg']
        assert folder in answer['msg'] or 'fwconsole reload failed' in answer['msg'], answer['msg']
    # What fwconsole itself could not write to the end is FreePBX's, and so is its flag while it cannot reload; both are said.
    assert [line for line in differences(before, after) if '.conf.new' not in line and 'need_reload' not in line] == []
    done(deploy(deployed, VARS))

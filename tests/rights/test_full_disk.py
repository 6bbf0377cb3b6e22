# SPDX-License-Identifier: GPL-3.0-or-later
"""No space left: in the folder of the dialplan or in ours, at once or in the middle of a deploy."""
import pytest

from lab import SECRET, broken, deploy, done, small
from looks import differences, looks
from steps import VARS
from test_refused import CHANGED, STATE

# (folder, pages of 4 KiB that are left): 0 stops the first write, more stop a later one.
# A deploy takes 64 pages in our folder first, for its way back; 65 to 67 let it begin and then stop at its record, its memory, its record again.
CASES = [pytest.param('/etc/asterisk', 0, marks=[pytest.mark.short]), (STATE, 0), (STATE, 63), (STATE, 65), (STATE, 66), (STATE, 67)]


@pytest.mark.parametrize('folder, left', CASES)
def test_a_disk_without_space_is_one_sentence_and_the_pbx_is_as_before(deployed, folder, left):
    with broken(deployed, *small(folder, left)) as before:
        answers = deploy(deployed, CHANGED)
        after = looks(deployed)
        if left > 66 and not any(answer.refused for answer in answers.values()):
            pytest.skip('%d pages were enough' % left)
    for answer in answers.values():
        assert answer.refused and 'traceback' not in answer and 'traceback' not in answer.get('restored', {}), answer
        assert 'No space left on device' in answer['msg'] and SECRET not in answer.text, answer['msg']
        assert folder in answer['msg'] or 'fwconsole reload failed' in answer['msg'], answer['msg']
    # What fwconsole itself could not write to the end is FreePBX's, and so is its flag while it cannot reload; both are said.
    assert [line for line in differences(before, after) if '.conf.new' not in line and 'need_reload' not in line] == []
    done(deploy(deployed, VARS))


def test_where_the_way_back_finds_no_space_either_the_rows_go_back_and_the_rest_is_said(deployed):
    """Our block fits in, what fwconsole generates does not, and nor does the block of before: only making room helps, and the next run."""
    with broken(deployed, *small('/etc/asterisk', 2)) as before:
        answers = deploy(deployed, CHANGED)
        after = looks(deployed)
    for answer in answers.values():
        assert answer.refused and 'traceback' not in answer.text and SECRET not in answer.text, answer
        assert 'fwconsole reload failed' in answer['msg'] and 'No space left on device' in answer['msg'], answer['msg']
        said = answer['restored']['msg']
        assert 'the rows of before are back, but the block of before is not: /etc/asterisk/extensions_custom.conf cannot be written' in said, said
        assert 'No space left on device) and is as it was; make room' in said and 'gave the queues 600, 601 back what they had' in said, said
    # Whole files, all rows but FreePBX's flag, and what is loaded is what stands in our file.
    changed = [line for line in differences(before, after) if 'need_reload' not in line and '.conf.new' not in line]
    assert all('extensions_custom.conf' in line or 'extensions (' in line for line in changed), changed
    done(deploy(deployed, CHANGED))
    done(deploy(deployed, VARS))

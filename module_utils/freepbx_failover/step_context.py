# SPDX-License-Identifier: GPL-3.0-or-later
"""Step 2, and the last step of a removal: our marked block in extensions_custom.conf, loaded and proven."""
import os

from ansible.module_utils.freepbx_failover import asterisk, blocks, dialplan, files, state
from ansible.module_utils.freepbx_failover.findings import Refusal
from ansible.module_utils.freepbx_failover.pending import refuse_hand_edits

CUSTOM_FILE = 'extensions_custom.conf'


def run(params, write):
    """Put the block, or take blocks out; load what changed; prove it. Puts the file of before back if the proof fails."""
    path = os.path.join(params['config_dir'], CUSTOM_FILE)
    with state.locked(params['state_dir'], write):
        before = files.read(path, missing_ok=True)
        after, removed = _after(before, params)
        found = _refusals(after, path) + (_still_used(removed) if write else [])
        if found:
            raise Refusal(' '.join(found))
        missing = _missing(after, removed)
        result = {'changed': after != before or bool(missing), 'reloaded': False, 'retired': _retired(after, params), 'kept': [],
                  'diff': {'before_header': path, 'after_header': path, 'before': _ours(before), 'after': _ours(after)}}
        if result['changed']:
            refuse_hand_edits(params, params['config_dir'])
        if result['changed'] and write:
            _write(path, before, after, removed, params, result)
    return result


def _after(before, params):
    """The file as it shall be, and the text of the blocks that go."""
    names = set(params['remove'])
    after = before
    if params['state'] == 'present':
        text = params['block'].encode('utf-8')
        after = blocks.put(blocks.retire(after, params['context'], text), params['context'], text)
    else:
        names |= set(block.name for block in blocks.find(before))
    removed = dict((block.name, block.text) for block in blocks.find(after) if block.name in names)
    return blocks.take_out(after, names), removed


def _write(path, before, after, removed, params, result):
    contexts = set(context for text in removed.values() for context in dialplan.parse_contexts(text.decode('utf-8', 'replace')))
    remaining = asterisk.wait_until_left(contexts, params['drain_s']) if contexts else 0
    if remaining:
        result['kept'] = sorted(removed)
        result['msg'] = ('%d calls are still in the old context after %d s, so its block stays in %s; run again later, or raise '
                         'queue_failover_drain_s' % (remaining, params['drain_s'], path))
        after = _put_back(before, params)
    _load(path, before, after, {} if remaining else removed)
    result['reloaded'] = True
    result['changed'] = after != before or not remaining


def _put_back(before, params):
    """The file with the blocks that could not go yet still in it."""
    if params['state'] == 'absent':
        return before
    text = params['block'].encode('utf-8')
    return blocks.put(before, params['context'], text)


def _load(path, before, after, removed):
    if after != before:
        files.replace(path, after)
    asterisk.dialplan_reload()
    missing = _missing(after, removed)
    if not missing:
        return
    if after != before:
        files.replace(path, before)
        asterisk.dialplan_reload()
    raise Refusal('Asterisk did not load our block as it stands in %s (%s); the file of before is back, so see whether Asterisk can read '
                  'it and what its log says' % (path, '; '.join(missing[:3])))


def _missing(data, removed):
    """Sentences about what of our blocks is not in force: not loaded as written, or loaded though it is gone."""
    wanted = {}
    for block in blocks.find(data):
        wanted.update(dialplan.parse_contexts(block.text.decode('utf-8', 'replace')))
    gone = set(context for text in removed.values() for context in dialplan.parse_contexts(text.decode('utf-8', 'replace'))) - set(wanted)
    loaded = asterisk.show((set(wanted) | gone).__contains__)
    return dialplan.differences(wanted, loaded, CUSTOM_FILE) + ['context %s is still loaded' % name for name in sorted(gone) if name in loaded]


def _refusals(after, path):
    names = set(context for block in blocks.find(after) for context in dialplan.parse_contexts(block.text.decode('utf-8', 'replace')))
    return ['%s.' % text for text in blocks.conflicts(after, names.__contains__, path)]


def _still_used(removed):
    """A sentence for every queue that Asterisk would still send into a block that is to go."""
    if not removed:
        return []
    targets = set('%s,s,1' % name for name in removed)
    loaded = dialplan.loaded_queues(asterisk.show('ext-queues'.__eq__))
    return ['Queue %s still points at %s in the loaded dialplan, so the block stays; change its Fail Over Destination first.' % (queue, to)
            for queue, (to, _wait) in sorted(loaded.items()) if to in targets]


def _retired(data, params):
    """Blocks that hold an entry of an older text, in which a call may still be."""
    return [block.name for block in blocks.find(data) if block.name.startswith(params['context'] + '-entry-')]


def _ours(data):
    return ''.join(data[block.start:block.end].decode('utf-8', 'replace') for block in blocks.find(data))

# SPDX-License-Identifier: GPL-3.0-or-later
"""Step 2, and the last step of a removal: our marked block in extensions_custom.conf, loaded and proven."""
import os

from ansible.module_utils.freepbx_failover import (
    asterisk, blocks, deploys, dialplan, files, pending, state, tables, undo)
from ansible.module_utils.freepbx_failover.findings import Refusal

CUSTOM_FILE = 'extensions_custom.conf'
GENERATED_FILE = 'extensions_additional.conf'


def run(params, write):
    """Put the block, or take blocks out; load what changed; prove it. Puts the file of before back if the proof fails."""
    path = os.path.join(params['config_dir'], CUSTOM_FILE)
    with state.locked(params['state_dir'], write):
        if write:
            deploys.refuse_late(params)
            files.sweep(folder(params['config_dir']))
        before = files.read(path, missing_ok=True)
        after, removed = _after(before, params)
        found = _refusals(after, path) + (still_used(removed, params['config_dir']) if write else [])
        if found:
            raise Refusal(' '.join(found))
        due = after != before or bool(_missing(after, removed))
        strays = [] if due else _strays(after, params)
        result = {'changed': due or bool(strays), 'reloaded': False, 'retired': _retired(after, params), 'kept': [],
                  'diff': {'before_header': path, 'after_header': path, 'before': ours(before), 'after': ours(after)}}
        if result['changed'] and not write:
            pending.refuse_hand_edits(params, params['config_dir'])
        if result['changed'] and write:
            deploys.begin(params, undo.kept_blocks(before))
            _write(path, before, after, removed, strays, params, result)
        if write and params['finish']:
            deploys.settle(params, own_text(params))
    return result


def folder(config_dir):
    """Where our file really is, and our temporary files beside it."""
    return os.path.dirname(os.path.realpath(os.path.join(config_dir, CUSTOM_FILE)))


def our_blocks(config_dir):
    """Our blocks as they stand in the file now."""
    return undo.kept_blocks(files.read(os.path.join(config_dir, CUSTOM_FILE), missing_ok=True))


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


def _write(path, before, after, removed, strays, params, result):
    contexts = set(context for text in removed.values() for context in dialplan.parse_contexts(text.decode('utf-8', 'replace'))) | set(strays)
    remaining = asterisk.wait_until_left(contexts, params['drain_s']) if contexts else 0
    if remaining and strays:
        result.update(changed=False, msg='%d calls are still in %s, which only Asterisk has any more, so it is not reloaded; run again later'
                      % (remaining, ', '.join(strays)))
        return
    if remaining:
        result['kept'] = sorted(removed)
        result['msg'] = ('%d calls are still in the old context after %d s, so its block stays in %s; run again later, or raise '
                         'queue_failover_drain_s' % (remaining, params['drain_s'], path))
        after = _put_back(before, params)
    load(path, before, after, {} if remaining else removed, params)
    result['reloaded'] = True
    result['changed'] = after != before or not remaining


def _put_back(before, params):
    """The file with the blocks that could not go yet still in it."""
    if params['state'] == 'absent':
        return before
    text = params['block'].encode('utf-8')
    return blocks.put(before, params['context'], text)


def own_text(params):
    """The text of the block of the context as it stands in the file, '' if there is none."""
    data = files.read(os.path.join(params['config_dir'], CUSTOM_FILE), missing_ok=True)
    return ''.join(block.text.decode('utf-8', 'replace') for block in blocks.find(data) if block.name == params['context'])


def load(path, before, after, removed, params):
    """Replace the file, reload the dialplan, prove what is loaded; puts the file of before back if the proof fails.

    Refuses before it writes if our reload would put somebody's hand-made edits in force.
    """
    pending.refuse_hand_edits(params, params['config_dir'])
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


def _strays(data, params):
    """Contexts of ours that are loaded and stand in no file any more: a run was broken off between the file and the reload."""
    names = [params['context']] + params['former_contexts']
    written = set(name for name, _line in dialplan.headers(dialplan.significant_lines(data)[0]))
    loaded = asterisk.show(lambda name: name not in written and any(tables.is_ours(name, own) for own in names))
    found = sorted(name for name, extensions in loaded.items() if all(
        priority.source == CUSTOM_FILE for priorities in extensions.values() for priority in priorities.values()))
    return [] if still_used(dict.fromkeys(found), params['config_dir']) else found


def _refusals(after, path):
    names = set(context for block in blocks.find(after) for context in dialplan.parse_contexts(block.text.decode('utf-8', 'replace')))
    return ['%s.' % text for text in blocks.conflicts(after, names.__contains__, path)]


def still_used(removed, config_dir):
    """A sentence for every queue that Asterisk would still send into a block that is to go, as loaded or as generated for the next load."""
    if not removed:
        return []
    names = ('ext-queues', 'customdests')
    generated = files.read(os.path.join(config_dir, GENERATED_FILE), missing_ok=True).decode('utf-8', 'replace')
    written = dict((name, extensions) for name, extensions in dialplan.parse_contexts(generated).items() if name in names)
    found = {}
    for contexts in (written, asterisk.show(names.__contains__)):
        targets = _leading_to(removed, contexts.get('customdests', {}))
        found.update((queue, to) for queue, (to, _wait) in dialplan.loaded_queues(contexts).items() if to in targets)
    return ['Queue %s still points at %s in the loaded dialplan, so the block stays; change its Fail Over Destination first.' % (queue, to)
            for queue, to in sorted(found.items())]


def _leading_to(removed, custom_destinations):
    """The strings that lead into one of the blocks: bare, and as a Custom Destination that goes there."""
    bare = ['%s,s,1' % name for name in removed]
    calls = tuple('%s(%s' % (application, target) for application in ('Goto', 'Gosub') for target in bare)
    return bare + ['customdests,%s,1' % extension for extension, priorities in custom_destinations.items()
                   if any(priority.application.startswith(calls) for priority in priorities.values())]


def _retired(data, params):
    """Blocks that hold an entry of an older text, in which a call may still be."""
    return [block.name for block in blocks.find(data) if block.name.startswith(params['context'] + '-entry-')]


def ours(data):
    """Our blocks of a file as text, for the diff."""
    return ''.join(data[block.start:block.end].decode('utf-8', 'replace') for block in blocks.find(data))

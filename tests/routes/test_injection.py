# SPDX-License-Identifier: GPL-3.0-or-later
"""Thousands of awkward texts, against the dialplan that Asterisk itself has loaded of them (issue 3, 6)."""
import subprocess
from urllib.parse import unquote

import jinja2
import support
import yaml
from ansible.module_utils.freepbx_failover import dialplan, routes, tables
from ansible.plugins.filter.core import FilterModule
from hypothesis import HealthCheck, given, settings, strategies

ROLE = support.ROOT / 'roles/queue_failover'
CONTEXTS = ['qf-injection-a', 'qf-injection-b', 'qf-injection-c']
FILE = 'qf_injection.conf'
EXAMPLES = 500
TEXTS = 9  # awkward texts in each example

TOKENS = ['"', "'", ';', ';--', '--;', '$', '${EPOCH}', '${SHELL(touch /tmp/evaluated)}', '$[1+1]', '#include /etc/passwd', '#exec touch /tmp/evaluated',
          '\nexten => s,1,NoOp(evil)', '\n[evil]\n', '\r\n', '\n', '?', ':', '(', ')', '[', ']', '{', '}', ',', '^', '%41', '&', '|', '\\', '\\n', '@',
          '!', '@tables@', 'Return()', '; END queue_failover qf-injection-a', '\u2028', '\x00', '\x0b', '\ufeff', 'Ж', 'a', '1', '600', ' ', 'ß', 's,1', '_X.']
TEXT = strategies.lists(strategies.one_of(strategies.sampled_from(TOKENS), strategies.characters(blacklist_categories=('Cs',))),
                        min_size=1, max_size=6).map(''.join)
PART = strategies.text('abcXYZ019_+*#@.!&/-', min_size=1, max_size=12)  # mostly usable, so that acceptance is tested too
RAW = strategies.one_of(TEXT, strategies.lists(PART, min_size=3, max_size=3).map(','.join), strategies.tuples(PART, TEXT).map('ctx,%s,1%s'.__mod__))
NUMBER = strategies.one_of(TEXT, strategies.text('0123456789*#+', min_size=1, max_size=15))
BY_NAME = {'ivr': 'ivr-5,s,1', 'misc_destination': 'ext-miscdests,5,1', 'trunk': 'ext-trunk,5,1', 'custom_destination': 'customdests,dest-5,1',
           'call_flow': 'app-daynight,5,1'}
EXAMPLE = strategies.fixed_dictionaries({
    'kind': strategies.sampled_from(sorted(BY_NAME)), 'name': TEXT, 'prefix': TEXT, 'custom': RAW, 'number': NUMBER, 'id': TEXT, 'former': RAW,
    'recording': TEXT, 'file': strategies.one_of(TEXT, PART), 'status': TEXT, 'queue': TEXT})


def examples():
    """The same ones at each run."""
    found = []

    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(EXAMPLE)
    def collect(example):
        found.append(example)
    collect()
    return found


def compiled(number, example, wish):
    """The entry the rules make of a wish for one queue, None if they refuse it; every text comes from the example."""
    queue = wish.get('queue', number)
    pbx = {'queues': {number: {}, '600': {}}, 'asterisk_version': '22.10.0', 'former': {number: example['former']} if wish.get('old') else {},
           'recordings': [(example['file'], example['recording'])],
           'objects': dict({example['kind']: [('5', example['name'])]}, extension=[(example['id'], 'awkward id')])}
    wish = {key: value for key, value in wish.items() if key != 'old'}
    found, findings = routes.compile_routes([dict(wish, queue=queue)], {'terminate': 'hangup'}, pbx)
    return None if any(finding.severity == 'error' for finding in findings) else found['queues'][0]


def entries():
    """({context: [entry]}, {(context, queue): {extension: (destination, announce, prefix, priority)}}, how many wishes were refused)."""
    given_to, expected, refused = {context: [] for context in CONTEXTS}, {}, 0
    for index, example in enumerate(examples()):
        number, context = str(70000 + index), CONTEXTS[index % len(CONTEXTS)]
        kind, name, target = example['kind'], example['name'], BY_NAME[example['kind']]
        wishes = [
            ('TIMEOUT', {kind: name}, (target, '', '', '')),
            ('FULL', {kind: name, 'caller_id_prefix': example['prefix'], 'set_priority': 3}, (target, '', example['prefix'], '3')),
            ('JOINEMPTY', {'terminate': 'busy', 'announce': example['recording']}, ('app-blackhole,busy,1', example['file'], '', '')),
            ('LEAVEEMPTY', {'custom': example['custom']}, (example['custom'].strip(), '', '', '')),
            ('CONTINUE', {'number': example['number']}, ('from-internal,%s,1' % example['number'].strip(), '', '', '')),
            ('UNKNOWN', {'extension': 'awkward id'}, ('from-did-direct,%s,1' % example['id'], '', '', ''))]
        rows = {}
        for status, destination, row in wishes:
            if compiled(number, example, {'routes': {status: destination}}):
                rows[status] = (destination, row)
        refused += len(wishes) - len(rows)
        assert compiled(number, example, {'routes': {example['status']: {'terminate': 'busy'}}}) is None, 'a status that is none'
        strange = compiled(number, example, {'queue': example['queue'], 'routes': {'FULL': {'terminate': 'busy'}}})
        assert strange is None or strange['queue'] == '600' == example['queue'].strip(), 'a queue that is none'
        wish = {'routes': {status: destination for status, (destination, _row) in rows.items()}}
        entry = compiled(number, example, dict(wish, old=True)) or compiled(number, example, wish)
        if entry and rows:
            given_to[context].append(entry)
            expected[context, number] = {status: row for status, (_destination, row) in rows.items()}
            expected[context, number]['default'] = (entry['default'] or '', '', '', '')
            assert entry['default'] in (None, example['former'])
    return given_to, expected, refused


def rendered(context, listed):
    environment = jinja2.Environment(trim_blocks=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    environment.filters.update({name: FilterModule().filters()[name] for name in ('hash', 'bool')})
    defaults = yaml.safe_load((ROLE / 'defaults/main.yml').read_text())
    text = yaml.safe_load((ROLE / 'vars/main.yml').read_text())['__queue_failover_skeleton']
    skeleton = environment.from_string(text).render(dict(defaults, queue_failover_context=context))
    pbx = {'default': 'app-blackhole,hangup,1', 'overflow': 'app-blackhole,hangup,1', 'status_defaults': {}, 'queues': listed}
    return tables.block(skeleton, context, pbx)


def shown(pbx):
    """{context: {extension: {priority: (application, label, file)}}}, and how many contexts Asterisk says there are."""
    text = pbx.run('asterisk', '-rx', 'dialplan show')
    loaded = dialplan.parse_show(text)
    assert len(loaded) == text.count("[ Context '")
    return {context: {extension: {number: priority[:3] for number, priority in priorities.items()} for extension, priorities in extensions.items()}
            for context, extensions in loaded.items()}


def into(pbx, text):
    subprocess.run(['podman', 'exec', '-i', pbx.name, 'sh', '-c', 'cat > /etc/asterisk/%s' % FILE], input=text.encode(), check=True)
    pbx.run('sh', '-c', 'cp -p /etc/asterisk/extensions_custom.conf /tmp/custom.before; echo "#include %s" >> /etc/asterisk/extensions_custom.conf' % FILE)


def test_thousands_of_awkward_texts_load_as_exactly_the_rows_that_were_wished(fleet, each):
    listed, expected, refused = entries()
    accepted = sum(len(rows) for rows in expected.values())
    assert EXAMPLES * TEXTS >= 2000 and accepted > 1000 and refused > 500, (accepted, refused)
    text = ''.join(rendered(context, listed[context]) for context in CONTEXTS)

    def load(pbx):
        before = shown(pbx)
        try:
            into(pbx, text)
            pbx.run('asterisk', '-rx', 'dialplan reload')
            after = shown(pbx)
        finally:
            pbx.run('sh', '-c', 'cp -p /tmp/custom.before /etc/asterisk/extensions_custom.conf; rm /etc/asterisk/%s' % FILE)
            pbx.run('asterisk', '-rx', 'dialplan reload')
        ours = {name: extensions for name, extensions in after.items() if name.startswith('qf-injection-')}
        assert {name: extensions for name, extensions in after.items() if name not in ours} == before, 'a context of somebody else changed'
        rest = {name: set(extensions) for name, extensions in ours.items()}
        for (context, queue), rows in expected.items():
            name = '%s-%s' % (context, queue)
            assert rest.pop(name, None) == set(rows) | {'h', '_[A-Z]!'}, name
            for extension, row in rows.items():
                assert list(ours[name][extension]) == [1] and read(ours[name][extension][1][0]) == row, (name, extension)
            assert {ours[name]['_[A-Z]!'][1][0], ours[name]['h'][1][0]} == {
                'Return()', 'GotoIf(${DIALPLAN_EXISTS(ext-queues,h,1)}?ext-queues,h,1)'}
        for context in CONTEXTS:
            assert rest.pop(context) == {'s', 'h'} and rest.pop(context + '-default') == {'default', 'overflow', tables.STAMP, 'h', '_[A-Z]!'}
            (entry,) = [name for name in rest if name.startswith(context + '-entry-')]
            assert rest.pop(entry) == {'s', 'h'}
        assert rest == {}, 'a context that nobody wished'
        assert pbx.run('find', '/tmp', '-name', 'evaluated') == ''
    each(load)


def read(application):
    """(destination, announce, prefix, priority) of `Return(...)`."""
    assert application.startswith('Return(') and application.endswith(')')
    destination, *options = application[len('Return('):-1].split('^')
    announce, prefix, priority = options or ['', '', '']
    assert set(prefix) <= set('%._-~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'), 'a prefix that Asterisk could read otherwise'
    return destination, announce, unquote(prefix, errors='strict'), priority

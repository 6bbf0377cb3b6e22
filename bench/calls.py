# SPDX-License-Identifier: GPL-3.0-or-later
"""What routing one call costs: our table, the well-known chain, and a bare Goto, measured inside one call that routes itself over and over."""
import json
import re
import statistics

import deploy
import pbx
import routes
from progress import say

SIZES = (10, 1000)
FILE = '/etc/asterisk/extensions_bench.conf'
RESULT = '/tmp/bench-result'
BACK = 'bench-back,s,1'
# Variant: how often the loop goes round in one call. The chain of 1,000 queues takes about 0.2 s each time.
ROUNDS = {'loop': 5000, 'bare_goto': 5000, 'table-10': 2000, 'table-1000': 2000, 'chain-10': 500, 'chain-1000': 20}

# The loop makes each round a new visit to the queue. What leads to BACK is measured; `loop` goes there itself and is taken off the others.
LOOP = """
[bench-back]
exten => s,1,Goto(bench-loop,s,back)

[bench-loop]
exten => s,1,Set(BENCH_START=${STRFTIME(,,%s%6q)})
 same => n(round),Set(QUEUENUM=${BENCH_QUEUE})
 same => n,Set(QUEUESTATUS=${BENCH_STATUS})
 same => n,Set(QUEUEJOINTIME=${BENCH_LEFT})
 same => n,Goto(${BENCH_ENTRY})
 same => n(back),Set(BENCH_LEFT=$[${BENCH_LEFT} - 1])
 same => n,GotoIf($[${BENCH_LEFT} > 0]?round)
 same => n,Set(BENCH_END=${STRFTIME(,,%s%6q)})
 same => n,System(echo ${BENCH_START} ${BENCH_END} > @RESULT@.new && mv @RESULT@.new @RESULT@)
 same => n,Hangup()

[bench]
"""
ENTRY = """exten => @NAME@,1,Answer()
 same => n,Wait(0.1)
 same => n,Set(BENCH_QUEUE=@QUEUE@)
 same => n,Set(BENCH_STATUS=@STATUS@)
 same => n,Set(BENCH_ENTRY=@ENTRY@)
 same => n,Set(BENCH_LEFT=@ROUNDS@)
 same => n,Goto(bench-loop,s,1)
"""
PLACE = {'loop': 'bench-loop,s,back', 'bare_goto': BACK}
CALL = """rm -f "$2"; asterisk -rx "channel originate Local/$1@bench/n application Wait 600" > /dev/null
for _ in $(seq 1200); do [ -e "$2" ] && exec cat "$2"; sleep 0.1; done; echo "no result of $1 after 120 s" >&2; exit 1"""


def fill(text, **values):
    """Put values for @NAME@ marks: dialplan is full of braces and percent signs."""
    return re.sub(r'@([A-Z]+)@', lambda match: str(values[match.group(1)]), text)


def dialplan():
    """The file that only the bench's containers ever see."""
    parts = [table(size) for size in SIZES] + [chain(size) for size in SIZES] + [fill(LOOP, RESULT=RESULT)]
    for name, rounds in ROUNDS.items():
        size = int(name.rpartition('-')[2]) if '-' in name else SIZES[0]
        queue, status = routes.worst(size)
        parts.append(fill(ENTRY, NAME=name, QUEUE=queue, STATUS=status, ROUNDS=rounds, ENTRY=PLACE.get(name, 'bench-%s,s,1' % name)))
    return '\n'.join(parts)


def table(size):
    """Rendered by the role's own template, through Ansible."""
    target = deploy.WORK / ('table-%d.conf' % size)
    wish = deploy.WORK / ('table-%d.json' % size)
    wish.write_text(json.dumps({'bench_routes': routes.for_template(size, BACK), 'bench_dest': str(target)}), encoding='utf-8')
    deploy.play('bench/render.yml', 'localhost,', '-e', '@%s' % wish)
    return target.read_text(encoding='utf-8')


def chain(size):
    return '\n'.join(['[bench-chain-%d]' % size, 'exten => s,1,NoOp()'] + routes.chain(size, BACK) + ['same => n,Hangup()', ''])


def prepare(name, generation, text):
    """Quiet for all variants alike: verbosity 0, no verbose lines in any log, so no `Executing` line is written."""
    pbx.up(name, generation)
    pbx.write(name, FILE, text)
    pbx.execute(name, 'sh', '-c', 'echo "#include extensions_bench.conf" >> /etc/asterisk/extensions_custom.conf')
    pbx.execute(name, 'sed', '-i', 's/^full => .*/full => notice,warning,error/', '/etc/asterisk/logger.conf')
    pbx.execute(name, 'sed', '-i', 's/^verbose = .*/verbose = 0/', '/etc/asterisk/asterisk.conf')
    pbx.execute(name, 'pbx-stop-asterisk')
    pbx.execute(name, 'pbx-start-asterisk')


def round_us(name, variant):
    """Microseconds of one round of one variant."""
    start, end = pbx.execute(name, 'sh', '-c', CALL, 'sh', variant, RESULT).split()
    return (int(end) - int(start)) / ROUNDS[variant]


def quiet(name):
    """Raises Failed if the measuring calls left `Executing` lines or warnings: then the figures would be of something else."""
    log = pbx.execute(name, 'sh', '-c', 'grep -E "Executing|WARNING.*(bench|fail-over)" /var/log/asterisk/full | head -n 3; true')
    if log.strip():
        raise pbx.Failed('the measured calls did not go as meant:\n' + log)


def measure(versions, runs):
    """({asterisk version: figures}, notes for the reader)."""
    say('rendering the tables of %s queues with the role\'s template' % ' and '.join(str(size) for size in SIZES))
    text = dialplan()
    figures = {version: _measure_one(version, runs, text) for version in versions}
    return figures, [
        'From the queue\'s Goto until the call is where it shall be; call set-up is not in it. Medians of %d runs a variant.' % runs,
        'Rounds a run: %s. An empty loop is measured too and taken off.' % ', '.join('%s %d' % item for item in ROUNDS.items()),
        'Always the last row. Verbosity 0 and no verbose log for all variants alike (Executing lines cost time); our table writes its line '
        'to the log each time, the chain and the bare Goto write none.']


def _measure_one(version, runs, text):
    name = pbx.NAMES[version]
    prepare(name, version, text)
    samples = {variant: [] for variant in ROUNDS}
    for number in range(1, runs + 1):
        for variant in ROUNDS:
            samples[variant].append(round_us(name, variant))
        say('Asterisk %s, run %d of %d: us a round: %s' % (
            version, number, runs, ', '.join('%s %.0f' % (variant, values[-1]) for variant, values in samples.items())))
    quiet(name)
    medians = {variant: statistics.median(values) for variant, values in samples.items()}
    cost = {variant: round(value - medians['loop'], 1) for variant, value in medians.items()}
    sized = {kind: {str(size): cost['%s-%d' % (kind, size)] for size in SIZES} for kind in ('table', 'chain')}
    return dict(sized, bare_goto=cost['bare_goto'])

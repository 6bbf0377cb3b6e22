# SPDX-License-Identifier: GPL-3.0-or-later
"""What routing one call costs: our table, the well-known chain, and a bare Goto, measured inside one call that routes itself over and over."""
import itertools
import re
import statistics

import ansible.module_utils

import deploy
import pbx
import routes
from progress import say

ansible.module_utils.__path__.append(str(pbx.ROOT / 'module_utils'))
from ansible.module_utils.freepbx_failover import tables  # noqa: E402  found only with the line above

SIZES = (10, 1000)
FILE = '/etc/asterisk/extensions_bench.conf'
RESULT = '/tmp/bench-result'
BACK = 'bench-back,s,1'
CHUNKS = 25
# Variant: rounds of the loop in one chunk, a few milliseconds: the median of the chunks does not see that another process had the CPU for a while.
ROUNDS = {'loop': 80, 'bare_goto': 80, 'table-10': 20, 'table-1000': 20, 'chain-10': 10, 'chain-1000': 1}

# The loop makes each round a new visit to the queue. What leads to BACK is measured; `loop` goes there itself and is taken off the others.
LOOP = """
[bench-back]
exten => s,1,Goto(bench-loop,s,back)

[bench-loop]
exten => s,1,Set(BENCH_TIMES=${STRFTIME(,,%s%6q)})
 same => n(chunk),Set(BENCH_LEFT=${BENCH_ROUNDS})
 same => n(round),Set(QUEUENUM=${BENCH_QUEUE})
 same => n,Set(QUEUESTATUS=${BENCH_STATUS})
 same => n,Set(__QF_HOPS=0)
 same => n,Set(QUEUEJOINTIME=${BENCH_CHUNKS}00${BENCH_LEFT})
 same => n,Goto(${BENCH_ENTRY})
 same => n(back),Set(BENCH_LEFT=$[${BENCH_LEFT} - 1])
 same => n,GotoIf($[${BENCH_LEFT} > 0]?round)
 same => n,Set(BENCH_TIMES=${BENCH_TIMES} ${STRFTIME(,,%s%6q)})
 same => n,Set(BENCH_CHUNKS=$[${BENCH_CHUNKS} - 1])
 same => n,GotoIf($[${BENCH_CHUNKS} > 0]?chunk)
 same => n,System(echo ${BENCH_TIMES} > @RESULT@.new && mv @RESULT@.new @RESULT@)
 same => n,Hangup()

[bench]
"""
ENTRY = """exten => @NAME@,1,Answer()
 same => n,Wait(0.3)
 same => n,Set(BENCH_QUEUE=@QUEUE@)
 same => n,Set(BENCH_STATUS=@STATUS@)
 same => n,Set(BENCH_ENTRY=@ENTRY@)
 same => n,Set(BENCH_ROUNDS=@ROUNDS@)
 same => n,Set(BENCH_CHUNKS=@CHUNKS@)
 same => n,Goto(bench-loop,s,1)
"""
PLACE = {'loop': 'bench-loop,s,back', 'bare_goto': BACK}
CALLS = """result=$1; shift
for variant in "$@"; do
    rm -f "$result"; asterisk -rx "channel originate Local/$variant@bench/n application Wait 600" > /dev/null
    for _ in $(seq 1200); do [ -e "$result" ] && break; sleep 0.05; done
    echo "$variant $(cat "$result")"
done"""


def fill(text, **values):
    """Put values for @NAME@ marks: dialplan is full of braces and percent signs."""
    return re.sub(r'@([A-Z]+)@', lambda match: str(values[match.group(1)]), text)


def dialplan():
    """The file that only the bench's containers ever see."""
    parts = [table(size) for size in SIZES] + [chain(size) for size in SIZES] + [fill(LOOP, RESULT=RESULT)]
    for name, rounds in ROUNDS.items():
        size = int(name.rpartition('-')[2]) if '-' in name else SIZES[0]
        queue, status = routes.worst(size)
        parts.append(fill(ENTRY, NAME=name, QUEUE=queue, STATUS=status, ROUNDS=rounds, CHUNKS=CHUNKS, ENTRY=PLACE.get(name, 'bench-%s,s,1' % name)))
    return '\n'.join(parts)


def table(size):
    """Rendered by the role's own template, through Ansible, and filled by the module's own code."""
    context, target = 'bench-table-%d' % size, deploy.WORK / ('table-%d.conf' % size)
    deploy.play('bench/render.yml', 'localhost,', '-e', 'queue_failover_context=%s' % context, '-e', 'bench_dest=%s' % target)
    return tables.block(target.read_text(encoding='utf-8'), context, routes.for_tables(size, BACK))


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


def rounds_us(name):
    """{variant: microseconds of one round}, one call a variant; Wait(0.3) before each lets the events of the last one drain."""
    lines = [line.split() for line in pbx.execute(name, 'sh', '-c', CALLS, 'sh', RESULT, *ROUNDS).splitlines()]
    return {variant: _chunk_us(variant, times) / ROUNDS[variant] for variant, *times in lines}


def _chunk_us(variant, times):
    if len(times) != CHUNKS + 1:
        raise pbx.Failed('the measuring call of %s did not end' % variant)
    return statistics.median(int(after) - int(before) for before, after in itertools.pairwise(times))


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
        'A run is the median of %d chunks of so many rounds: %s; the empty loop of the same run is taken off.' % (
            CHUNKS, ', '.join('%s %d' % item for item in ROUNDS.items())),
        'Always the last row. Verbosity 0 and no verbose log for all variants alike (Executing lines cost time); our table writes its line '
        'to the log each time, the chain and the bare Goto write none.']


def _measure_one(version, runs, text):
    name = pbx.NAMES[version]
    prepare(name, version, text)
    samples = []
    for number in range(1, runs + 1):
        samples.append(rounds_us(name))
        say('Asterisk %s, run %d of %d, us a round: %s' % (
            version, number, runs, ', '.join('%s %.0f' % item for item in samples[-1].items())))
    quiet(name)
    # Differences within a run, so that a machine that is busy for a while does not end up on one side alone.
    cost = {variant: round(statistics.median(sample[variant] - sample['loop'] for sample in samples), 1) for variant in ROUNDS}
    sized = {kind: {str(size): cost['%s-%d' % (kind, size)] for size in SIZES} for kind in ('table', 'chain')}
    return dict(sized, bare_goto=cost['bare_goto'])

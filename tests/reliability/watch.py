# SPDX-License-Identifier: GPL-3.0-or-later
"""A probe and a stream of real calls on a test PBX, started, stopped and read."""
import json
import os
import subprocess
import time
from pathlib import Path

import judge
import processes
import wishes

INSIDE = Path(__file__).resolve().parent / 'inside'
FOLDER = '/opt/qf-watch'
CALLER = 'qf-caller'
SOUNDS = '/usr/share/asterisk/sounds/en/custom'
SILENCE = bytes.fromhex('d820a2e15a50004924924924500049249249245000492492492450004924924924')  # 20 ms of GSM
PREPARE = r"""
mkdir -p %(folder)s %(sounds)s
cat > %(sounds)s/qf-long.gsm
printf '\n[%(caller)s]\nexten => s,1,Answer()\n same => n,Wait(600)\n' >> /etc/asterisk/extensions_custom.conf
mariadb asterisk -e "INSERT INTO recordings (id, displayname, filename, description) VALUES (90, 'Long announcement', 'custom/qf-long', '')"
asterisk -rx 'dialplan reload' > /dev/null
"""


def prepare(pbx, seconds):
    """A recording that long, a context for the far end of the calls, and the two programs."""
    script = PREPARE % {'folder': FOLDER, 'sounds': SOUNDS, 'caller': CALLER}
    subprocess.run(['podman', 'exec', '-i', pbx, 'sh', '-ec', script], input=SILENCE * int(50 * seconds), check=True)
    files = sorted(path.name for path in INSIDE.glob('*.py'))
    packed = subprocess.run(['tar', '-C', str(INSIDE), '-c', *files], check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(['podman', 'exec', '-i', pbx, 'tar', '-x', '-C', FOLDER], input=packed, check=True)


class Watch:
    """Both programs on one PBX; `timeline` says which wishes may be in force when."""

    def __init__(self, pbx, folder, wish=None, per_second=6, interval=0.025, calls=wishes.CALLS):
        self.timeline = judge.Timeline(wish, time.time())
        self.files = {name: Path(folder) / ('%s-%s.jsonl' % (pbx, name)) for name in ('probe', 'stream')}
        task = json.dumps({'calls': calls, 'per_second': per_second, 'names': wishes.NAMES, 'caller': CALLER})
        self.processes = [self._start(pbx, 'probe', str(interval)), self._start(pbx, 'stream', task)]
        self._prefer(processes.Space(pbx))

    def _start(self, pbx, name, argument):
        with open(self.files[name], 'wb') as out, open(self.files[name].with_suffix('.err'), 'wb') as err:
            return subprocess.Popen(['podman', 'exec', '-i', pbx, 'python3', '-u', '%s/%s.py' % (FOLDER, name), argument],
                                    stdin=subprocess.PIPE, stdout=out, stderr=err)

    @staticmethod
    def _prefer(space, seconds=60):
        """The probe goes before all else on a busy machine, or it would measure how busy that is."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = space.find(lambda process: FOLDER + '/probe.py' in process.words)
            if found:
                return os.setpriority(os.PRIO_PROCESS, found[0].number, -15)
            time.sleep(0.02)
        raise AssertionError('the probe does not start')

    def begin(self, wish):
        self.timeline.begin(wish, time.time())

    def settle(self, wish):
        self.timeline.settle(wish, time.time())

    def stop(self):
        """The report, when the last call is over."""
        for process in reversed(self.processes):
            process.stdin.close()
            process.wait(timeout=180)
            assert process.returncode == 0, [path.with_suffix('.err').read_text() for path in self.files.values()]
        return self.report()

    def report(self):
        """What was seen so far."""
        return judge.Report(lines(self.files['probe']), lines(self.files['stream']), self.timeline)


def lines(path):
    """The whole lines of a file that may still be written."""
    return [json.loads(line) for line in path.read_bytes().split(b'\n')[:-1]]

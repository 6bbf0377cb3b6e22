# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a test PBX, as root: looks for words in every process's arguments and environment and in files as they come and go.

watch_inside.py SECONDS LOCK [interrupt] < words, one a line. With `interrupt` the first process that holds the lock gets SIGINT, by its number.
"""
import json
import os
import signal
import sys
import time

TEMPORARY = ('/tmp', '/var/tmp', '/dev/shm', '/home/admin', '/root', '/etc/asterisk', '/var/lib/queue-failover', '/var/lib/asterisk',
             '/run/asterisk', '/var/log/asterisk')
LARGEST = 4 * 1024 * 1024


def read(path):
    try:
        with open(path, 'rb') as handle:
            return handle.read(LARGEST)
    except OSError:
        return b''


def processes():
    return [pid for pid in os.listdir('/proc') if pid.isdigit() and pid != str(os.getpid())]


def holds(pid, lock):
    try:
        return any(os.readlink('/proc/%s/fd/%s' % (pid, number)) == lock for number in os.listdir('/proc/%s/fd' % pid))
    except OSError:
        return False


def new_files(known):
    """(path, bytes) of every file that came or changed since the last look."""
    for top in TEMPORARY:
        for folder, _folders, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name)
                try:
                    found = os.lstat(path)
                except OSError:
                    continue
                mark = (found.st_ino, found.st_mtime_ns, found.st_size)
                if known.get(path) != mark:
                    known[path] = mark
                    yield path, read(path)


def main():
    deadline, lock, interrupt = time.monotonic() + float(sys.argv[1]), sys.argv[2], sys.argv[3:] == ['interrupt']
    words = [line for line in sys.stdin.buffer.read().split(b'\n') if line]
    found, known, rounds, killed = set(), {}, 0, 0
    list(new_files(known))  # what was there before
    print('watching', flush=True)
    while time.monotonic() < deadline and not os.path.exists('/run/watched'):
        rounds += 1
        for pid in processes():
            for part in ('cmdline', 'environ'):
                text = read('/proc/%s/%s' % (pid, part))
                found.update('%s of %s' % (part, read('/proc/%s/cmdline' % pid)[:80].decode('utf-8', 'replace')) for word in words if word in text)
            if interrupt and not killed and holds(pid, lock):
                killed = int(pid)
                os.kill(killed, signal.SIGINT)
        if rounds % 5 == 0:
            found.update('file %s' % path for path, text in new_files(known) for word in words if word in text)
        time.sleep(0.01)
    print(json.dumps({'found': sorted(found), 'rounds': rounds, 'killed': killed}), flush=True)


main()

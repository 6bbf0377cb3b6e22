# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that say what is being done, with the minutes since the start."""
import time

_START = time.monotonic()


def say(text):
    minutes, seconds = divmod(int(time.monotonic() - _START), 60)
    print('bench %2d:%02d  %s' % (minutes, seconds, text), flush=True)

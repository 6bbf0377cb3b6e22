# SPDX-License-Identifier: GPL-3.0-or-later
import sys
from pathlib import Path

for folder in ('', 'reliability', 'reliability/inside', 'chaos'):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / folder))

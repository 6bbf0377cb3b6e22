# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent / 'inside'))

import support

support.ROOT = Path(os.environ.get('QF_ROOT') or support.ROOT)  # QF_ROOT: another copy, to see tests go red

# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the code under test is: this checkout, or with QF_ROOT another copy, to see tests go red."""
import os
from pathlib import Path

ROOT = Path(os.environ.get("QF_ROOT") or Path(__file__).resolve().parents[2])

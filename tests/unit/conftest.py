# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit tests import the project's module_utils from this checkout, under the name the modules use."""
import os
from pathlib import Path

import ansible.module_utils
from hypothesis import settings

ROOT = Path(os.environ.get("QF_ROOT") or Path(__file__).resolve().parents[2])  # QF_ROOT: another copy, to see tests go red
ansible.module_utils.__path__.insert(0, str(ROOT / "module_utils"))

settings.register_profile("unit", max_examples=200, deadline=None, derandomize=True)
settings.load_profile("unit")

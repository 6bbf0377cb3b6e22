# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit tests import the project's module_utils from this checkout, under the name the modules use."""
import ansible.module_utils
from checkout import ROOT
from hypothesis import settings

ansible.module_utils.__path__.insert(0, str(ROOT / "module_utils"))

settings.register_profile("unit", max_examples=200, deadline=None, derandomize=True)
settings.load_profile("unit")

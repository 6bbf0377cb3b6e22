# SPDX-License-Identifier: GPL-3.0-or-later
"""What may import what, and which Python can read it (DESIGN.md "Rooms", issue 2: Python 3.6 to 3.14)."""
import ast
import sys

import pytest
from checkout import ROOT

UTILS = ROOT / "module_utils" / "freepbx_failover"
PURE = ["variables", "drift", "undo",
        "destinations", "statuses", "routes", "plan", "dialplan", "blocks", "customdests", "verdict", "inforce", "findings", "tables", "checks",
        "loops", "layers", "includes"]
PACKAGE = "ansible.module_utils.freepbx_failover"
HARMLESS = {"unicodedata", "re", "html", "json", "difflib", "collections", "functools", "hashlib", "urllib.parse"}
SOURCES = sorted([*UTILS.glob("*.py"), *(ROOT / "library").glob("*.py")])


def imported(path):
    """Every module a file imports, wherever in it; `from a import b` counts as a and as a.b."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update([node.module] if node.module != PACKAGE else [f"{PACKAGE}.{alias.name}" for alias in node.names])
    return found


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_imports_only_pure_modules_and_harmless_parts_of_the_library(name):
    assert imported(UTILS / f"{name}.py") <= HARMLESS | {f"{PACKAGE}.{pure}" for pure in PURE}


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_opens_no_file(name):
    calls = {node.func.id for node in ast.walk(ast.parse((UTILS / f"{name}.py").read_text()))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not calls & {"open", "exec", "eval", "__import__"}


@pytest.mark.parametrize("path", sorted((ROOT / "library").glob("*.py")), ids=lambda path: path.name)
def test_a_module_in_library_is_only_documentation_a_spec_and_one_call(path):
    assert all(name.startswith(PACKAGE) for name in imported(path))
    assert "SELECT" not in path.read_text()


def test_only_the_door_to_the_database_imports_pymysql():
    assert [path.name for path in SOURCES if "pymysql" in imported(path)] == ["database.py"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_python_36_can_parse_it(path):
    ast.parse(path.read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_it_uses_nothing_of_the_library_that_python_36_lacks(path):
    """vermin knows functions, parameters and modules as well as syntax; ansible itself is not looked into."""
    vermin = pytest.importorskip("vermin", reason="vermin is a development tool: pip install vermin")
    config = vermin.Config()
    config.add_exclusion("file")  # a variable of ours, which vermin takes for Python 2's built-in
    minimum = vermin.visit(path.read_text(), config).minimum_versions()
    assert minimum[1] is not None and minimum[1] <= (3, 6)


# Methods that came after 3.6, which vermin cannot tell by their names alone.
LATER = {"removeprefix", "removesuffix", "fromisoformat", "is_relative_to", "isascii", "with_stem", "cached_property"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_it_calls_no_method_that_came_after_python_36(path):
    assert not LATER & {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}


def test_no_source_is_longer_than_400_lines():
    assert [path.name for path in SOURCES if len(path.read_text().splitlines()) >= 400] == []


def test_the_interpreter_of_the_tests_can_check_36_syntax():
    assert sys.version_info >= (3, 8)

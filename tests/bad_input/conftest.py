# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input on two test PBXs of its own. `-m short` takes a part of the list, `--record` writes the sentences into it."""
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))


def pytest_addoption(parser):
    parser.addoption("--record", action="store_true", help="write the sentences that were said into tests/bad_input/inputs.yml")


def pytest_configure(config):
    config.addinivalue_line("markers", "short: the part of the list of bad input that takes less than 40 s")


def pytest_terminal_summary(terminalreporter):
    """How many inputs, by group."""
    reports = [report for kind in ("passed", "xfailed", "failed") for report in terminalreporter.stats.get(kind, [])]
    tried = {report.nodeid: dict(report.user_properties) for report in reports if "group" in dict(getattr(report, "user_properties", []))}
    groups = Counter(properties["group"] for properties in tried.values())
    runs = sum(len(properties["pbxs"]) for properties in tried.values())
    if groups:
        terminalreporter.write_line(f"bad inputs: {sum(groups.values())} in {len(groups)} groups, {runs} trials on two PBXs: "
                                    + ", ".join(f"{group} {count}" for group, count in groups.items()))


@pytest.fixture(scope="session")
def pbxs():
    """Both PBXs, fresh, with the helper inside; {generation: Pbx}."""
    import walk
    names = {"16": "bad16", "22": "bad22"}
    command = [str(walk.ROOT / "molecule/pbx/pbx"), "up", "bad16", "16", "bad22", "22"]
    subprocess.run(command, check=True, env=walk.environment(), stdout=subprocess.DEVNULL)
    found = {generation: walk.Pbx(name, walk.environment()) for generation, name in names.items()}
    yield found
    for pbx in found.values():
        pbx.close()


@pytest.fixture(scope="session")
def results(request, pbxs):
    """{generation: {name: what was found}} of the entries that are selected."""
    import record
    import test_inputs
    chosen = [getattr(item, "callspec", None) for item in request.session.items]
    names = {name for call in chosen if call for name in (call.params.get("entry", {}).get("name"), call.params.get("name"))}
    todo = [entry for entry in test_inputs.ENTRIES if entry["name"] in names]
    with ThreadPoolExecutor(2) as pool:
        jobs = {generation: pool.submit(test_inputs.work_off, pbx, generation, todo) for generation, pbx in pbxs.items()}
        found = {generation: job.result() for generation, job in jobs.items()}
    if request.config.getoption("--record"):
        record.record(test_inputs.ENTRIES, found)
    return found

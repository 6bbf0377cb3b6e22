# SPDX-License-Identifier: GPL-3.0-or-later
"""inventories/example: what comes out for each of its six PBXs, by Ansible's own reading of it and the role's own expression."""
import ipaddress
import json
import os
import re
import subprocess

import pytest
import yaml
from ansible.module_utils.freepbx_failover import layers, routes
from checkout import ROOT
from made_up import pbx, row

EXAMPLE = "inventories/example"
MAIL, GROUP = {"voicemail": "200"}, {"ring_group": "610"}
GROUPS = "queue_failover_group_queues_"

SALES = {"queue": "600", "max_wait": 120, "join_empty": "strict", "leave_when_empty": "strict"}
SUPPORT = {"queue": "601", "max_wait": 180, "routes": {"TIMEOUT": {"queue": "01601"}}}
OVERFLOW = {"queue": "01600"}

# Written by hand from the six branches' wishes, not from what the code gives.
EXPECTED = {
    "flensburg.pbx.example": [dict(SALES, routes={"TIMEOUT": OVERFLOW, "EMPTY": MAIL}), SUPPORT],
    "luebeck.pbx.example": [dict(SALES, routes={"TIMEOUT": OVERFLOW, "EMPTY": MAIL}), SUPPORT],
    "bremen.pbx.example": [
        dict(SALES, routes={"TIMEOUT": {"queue": "603"}, "EMPTY": MAIL}),
        {"queue": "601", "routes": {"TIMEOUT": {"queue": "01601"}}, "default": MAIL},
        {"queue": "603", "max_wait": 20, "routes": {"TIMEOUT": MAIL}}],
    "kiel.pbx.example": [dict(SALES, routes={"TIMEOUT": OVERFLOW, "EMPTY": MAIL, "LEAVEEMPTY": {"ivr": "Night menu"}, "WITHDRAW": GROUP}), SUPPORT],
    "rostock.pbx.example": [dict(SALES, routes={"TIMEOUT": {"number": "+494066969100"}, "EMPTY": MAIL, "WITHDRAW": GROUP})],
    "hamburg.pbx.example": [
        dict(SALES, routes={"TIMEOUT": {"queue": "603"}, "EMPTY": MAIL, "WITHDRAW": GROUP}), SUPPORT,
        {"queue": "603", "max_wait": 60, "routes": {"TIMEOUT": MAIL}},
        {"queue": "602", "max_wait": 240, "routes": {"TIMEOUT": GROUP}, "default": MAIL}],
}
LAYERS = {
    "flensburg.pbx.example": [GROUPS + "old_asterisk"], "luebeck.pbx.example": [GROUPS + "old_asterisk"],
    "bremen.pbx.example": [GROUPS + "old_asterisk", GROUPS + "open_late", layers.HOST], "kiel.pbx.example": [layers.HOST],
    "rostock.pbx.example": [layers.HOST], "hamburg.pbx.example": [GROUPS + "open_late", layers.HOST]}


def ansible(*words):
    """The output of a command of Ansible, which must have nothing to complain of."""
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          env=dict(os.environ, ANSIBLE_NOCOLOR="1", ANSIBLE_CALLBACK_RESULT_FORMAT="json", ANSIBLE_FORKS="2"))
    assert done.returncode == 0 and not re.search("WARNING|DEPRECAT", done.stdout + done.stderr), done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def inventory():
    return json.loads(ansible("ansible-inventory", "-i", EXAMPLE, "--list"))


def by_the_role(hosts, *options):
    """{PBX: what the role hands to the first module}: the expressions of tasks/read.yml and vars/main.yml themselves."""
    task = yaml.safe_load((ROOT / "roles/queue_failover/tasks/read.yml").read_text())[0]["freepbx_failover_routes"]
    wish = {"queues": task["queues"], "layers": task["layers"], "variables": task["variables"]}
    said = ansible("ansible", hosts, "-i", EXAMPLE, "-e", "@roles/queue_failover/vars/main.yml", *options, "-m", "debug", "-a", json.dumps({"msg": wish}))
    answers = re.findall(r"^(\S+) \| SUCCESS => (\{.*?^\})", said, re.M | re.S)
    return {host: json.loads(answer)["msg"] for host, answer in answers}


@pytest.fixture(scope="module")
def handed():
    return by_the_role("all")


def test_it_is_a_fleet_of_six_over_all_versions(inventory):
    versions = {name: len(group["hosts"]) for name, group in inventory.items() if name.startswith("freepbx_")}
    assert versions == {"freepbx_13": 1, "freepbx_14": 1, "freepbx_15": 1, "freepbx_16": 2, "freepbx_17": 1}
    assert set(inventory["_meta"]["hostvars"]) == set(EXPECTED)


@pytest.mark.parametrize("host", sorted(EXPECTED))
def test_the_role_finds_the_layers_of_the_pbx(handed, host):
    assert sorted(layer["variable"] for layer in handed[host]["layers"]) == sorted(LAYERS[host])
    assert [queue["queue"] for queue in handed[host]["queues"]] == ["600", "601"]


def test_the_role_takes_no_other_variable_for_a_layer_and_hands_on_every_name():
    more = {"queue_failover_group_queues": [], "queue_failover_group_queues2": [], "queue_failover_host_queue": [], "queue_failover_host_queues_kiel": [],
            "my_queue_failover_host_queues": []}
    (handed,) = by_the_role("kiel.pbx.example", "-e", json.dumps(more)).values()
    assert {layer["variable"] for layer in handed["layers"]} == {"queue_failover_group_queues", "queue_failover_group_queues2", layers.HOST}
    assert {"queue_failover_queues", "queue_failover_default", *more} - {"my_queue_failover_host_queues"} <= set(handed["variables"])
    assert [finding.where for finding in layers.unknown(handed["variables"])] == ["queue_failover_host_queue", "queue_failover_host_queues_kiel"]


@pytest.mark.parametrize("host", sorted(EXPECTED))
def test_the_layers_come_out_as_the_branch_wishes(handed, host):
    queues, _items, findings = layers.merge(handed[host]["queues"], handed[host]["layers"])
    assert (queues, findings) == (EXPECTED[host], [])


@pytest.mark.parametrize("host", sorted(EXPECTED))
def test_the_rules_find_nothing_wrong_and_no_variable_that_nothing_reads(handed, host):
    known = pbx({number: row() for number in ("600", "601", "602", "603", "01600", "01601")})
    known["objects"].update(voicemail=[("200", "Alice")], ring_group=[("610", "Sales group")])
    found, findings = routes.compile_routes(layers.merge(handed[host]["queues"], handed[host]["layers"])[0], {"terminate": "busy"}, known)
    assert findings == [] and len(found["queues"]) == len(EXPECTED[host])
    assert layers.unknown(handed[host]["variables"]) == []


def test_every_address_is_one_for_documentation(inventory):
    networks = [ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]
    for host, variables in inventory["_meta"]["hostvars"].items():
        address = ipaddress.ip_address(variables["ansible_host"])
        assert host.endswith(".example") and any(address in network for network in networks if network.version == address.version)
        assert re.findall(r"[\w-]+@(\S+)", variables["ansible_ssh_common_args"]) == ["gate.pbx.example"]


def test_the_example_of_the_documentation_is_bremen():
    text = (ROOT / "docs/fleets.md").read_text(encoding="utf-8")
    *lists, result = [yaml.safe_load(fence) for fence in re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)]
    said = {name: queues for part in lists for name, queues in part.items()}
    assert list(said) == ["queue_failover_queues", *LAYERS["bremen.pbx.example"]]
    queues, _items, findings = layers.merge(said.pop("queue_failover_queues"), [{"variable": name, "queues": said[name]} for name in said])
    assert (queues, findings) == (EXPECTED["bremen.pbx.example"], []) and result == {"queue_failover_queues": queues}

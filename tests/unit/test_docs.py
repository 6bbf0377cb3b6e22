# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation keeps up with the code: every variable, kind, status and sentence has its place, and every example is valid (issue 5)."""
import ast
import html
import re

import made_up
import pytest
import yaml
from ansible.module_utils.freepbx_failover import checks, destinations, layers, routes, statuses
from checkout import ROOT

DOCS = ROOT / "docs"
UTILS = ROOT / "module_utils" / "freepbx_failover"
PAGES = sorted(DOCS.rglob("*.md"))
OPTIONS = yaml.safe_load((ROOT / "roles/queue_failover/meta/argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
DEFAULTS = yaml.safe_load((ROOT / "roles/queue_failover/defaults/main.yml").read_text())
NOT_OF_THE_ROLE = {"queue_failover_waves"}  # of playbooks/deploy.yml; serial knows no variable of the role
OBJECTS = {  # what the examples name, as the seed of the test PBX has it
    "queue": [("600", "Sales"), ("601", "Support"), ("01600", "Sales overflow"), ("01601", "Support overflow"), ("602", "Billing"), ("603", "Night")],
    "extension": [("200", "Alice Agent"), ("201", "Bob Agent")], "voicemail": [("200", "Alice Agent")], "ring_group": [("610", "Sales group")],
    "ivr": [("1", "Night menu")], "announcement": [("1", "Closed")], "time_condition": [("1", "Office hours")], "call_flow": [("0", "Night switch")],
    "conference": [("620", "Планёрка")], "misc_destination": [("1", "Boss &amp; mobile")], "directory": [("1", "Справочник")],
    "callback": [("1", "Call me back")], "disa": [("1", "Travelling &#34;boss&#34;")], "set_caller_id": [("1", "VIP &amp; friends")],
    "language": [("1", "Русский")], "queue_priority": [("1", "High priority")], "voicemail_blast": [("630", "Everybody")], "paging": [("640", "Цех")],
    "trunk": [("1", "Провайдер")], "custom_destination": [("1", "Check call state")]}
# What stands below an example that has only a layer.
BELOW = [{"queue": number, "max_wait": 60, "routes": {"TIMEOUT": {"voicemail": "200"}}} for number, _name in OBJECTS["queue"]]
ONWARD = {"timeconditions,1,1": ["ext-queues,600,1", "app-announcement-1,s,1"], "app-announcement-1,s,1": ["app-blackhole,hangup,1"],
          "ivr-1,s,1": ["ext-queues,603,1"], "app-daynight,0,1": ["ext-queues,600,1", "ivr-1,s,1"], "ext-group,610,1": ["app-blackhole,hangup,1"]}


def page(name):
    return (DOCS / name).read_text(encoding="utf-8")


def sections(text):
    """{heading without marks: text below it up to the next heading of any level}"""
    parts = re.split(r"^#+ +(.*)$", text, flags=re.M)
    return {heading.strip("` "): body for heading, body in zip(parts[1::2], parts[2::2])}


def described():
    """The sections of all pages that describe a variable."""
    return {heading: body for path in PAGES for heading, body in sections(path.read_text(encoding="utf-8")).items() if heading.startswith("queue_failover_")}


# --- variables

@pytest.mark.parametrize("name", sorted(set(OPTIONS) | NOT_OF_THE_ROLE))
def test_every_variable_has_a_section_with_an_example(name):
    fences = re.findall(r"^```\w*\n(.*?)^```", described().get(name, ""), re.M | re.S)
    assert any(re.search(r"\b%s\b" % name, fence) for fence in fences), "docs/variables.md: a section ### %s with an example in a fence" % name


def test_no_section_describes_a_variable_that_is_gone():
    gone = set(sections(page("variables.md"))) - set(OPTIONS) - NOT_OF_THE_ROLE
    assert [name for name in gone if name.startswith("queue_failover_")] == []


def test_every_variable_of_the_defaults_stands_in_the_argument_specs():
    assert {name for name in DEFAULTS if name.startswith("queue_failover_")} <= set(OPTIONS)


def test_the_table_says_the_default_of_each_variable():
    rows = dict(re.findall(r"^\| \[`(queue_failover_\w+)`\]\(#\1\) \| ([^|]*) \|", page("variables.md"), re.M))
    assert set(rows) >= NOT_OF_THE_ROLE
    for name, spec in OPTIONS.items():
        if "default" not in spec:
            continue
        said = rows.get(name, "no row").strip()
        value = "" if said == "empty" else yaml.safe_load(said.strip("`"))
        assert value == spec["default"], name


def test_the_codes_an_administrator_may_judge_are_listed():
    said = set(re.findall(r"`([a-z-]+)`", sections(page("variables.md"))["queue_failover_finding_severity"]))
    assert said >= checks.JUDGED


# --- kinds and statuses

@pytest.mark.parametrize("kind", destinations.KINDS)
def test_every_kind_stands_in_the_table_with_an_example_that_can_be_resolved(kind):
    row = re.search(r"^\| `%s` \|.*$" % kind, page("destinations.md"), re.M)
    assert row, "docs/destinations.md: a row for %s" % kind
    example = yaml.safe_load(re.search(r"`(\{.*?\})`", row.group(0)).group(1))
    assert kind in example and destinations.resolve(example, dict(OBJECTS))
    for option in destinations.KINDS[kind].options:
        assert "`%s`" % option in row.group(0)


@pytest.mark.parametrize("word", [*destinations.GREETINGS, *destinations.TERMINATIONS, *destinations.ROUTE_OPTIONS])
def test_every_word_of_a_kind_and_every_option_stands_there(word):
    assert "`%s`" % word in page("destinations.md")


@pytest.mark.parametrize("status", [*statuses.STATUSES, statuses.EMPTY, *statuses.NEVER_SET])
def test_every_status_stands_on_its_page(status):
    assert "`%s`" % status in page("statuses.md")


@pytest.mark.parametrize("word", [*routes.QUEUE_KEYS, *statuses.EMPTY_POLICIES])
def test_every_key_of_a_queue_and_every_empty_policy_stands_in_the_variables(word):
    assert re.search(r"`[^`]*\b%s\b[^`]*`" % word, sections(page("variables.md"))["queue_failover_queues"])


# --- sentences

def calls(names):
    for path in sorted(UTILS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            function = getattr(node, "func", None)
            if isinstance(node, ast.Call) and getattr(function, "id", getattr(function, "attr", None)) in names and node.args:
                yield node


def literal(node):
    """The text of a sentence, with % for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp):
        return literal(node.left) if isinstance(node.op, ast.Mod) else literal(node.left) + literal(node.right)
    return "%s"


CODES = sorted({node.args[0].value for node in calls({"error", "warning", "Unresolved"}) if isinstance(node.args[0], ast.Constant)})
REFUSALS = sorted({literal(node.args[0]).split("; ")[0] for node in calls({"Refusal", "Down"})})


@pytest.mark.parametrize("code", CODES)
def test_every_finding_stands_in_troubleshooting(code):
    assert "| `%s` |" % code in page("troubleshooting.md"), "docs/troubleshooting.md: what the sentence of %s says, and what to do" % code


def test_no_finding_stands_in_troubleshooting_that_is_gone():
    assert set(re.findall(r"^\|[^|\n]*\| `([a-z-]+)` \|", page("troubleshooting.md"), re.M)) <= set(CODES)


def test_codes_and_refusals_are_found_at_all():
    assert len(CODES) > 40 and len(REFUSALS) > 40 and {"loop", "former-unknown", "unknown-kind"} <= set(CODES)


@pytest.mark.parametrize("sentence", REFUSALS)
def test_every_refusal_can_be_found_in_troubleshooting(sentence):
    piece = max(re.split(r"%\w", sentence), key=len).strip(" ()[]\"':,.")
    if len(piece) > 8:
        assert piece in page("troubleshooting.md"), "docs/troubleshooting.md: what to do about it"


def test_every_result_of_a_deploy_stands_in_operations():
    text = (ROOT / "roles/queue_failover/vars/main.yml").read_text()
    words = dict(re.findall(r"'([a-z ]+)': '([^']+)'", re.search(r"set words = \{(.*?)\} -%\}", text, re.S).group(1)))
    assert len(words) > 10
    for state, said in words.items():
        assert re.search(r"^\| " + re.escape(said), page("operations.md"), re.M), state


# --- examples

def examples(text):
    """[(code that it shall be refused with or '', YAML)] of the fences that name variables of ours."""
    for refused, fence in re.findall(r"(?:<!-- refused: ([a-z-]+) -->\n)?^[ ]*```ya?ml\n(.*?)^[ ]*```", text, re.M | re.S):
        if "queue_failover_" in fence:
            yield refused, fence


EXAMPLES = [(path.relative_to(ROOT).as_posix(), refused, fence) for path in [ROOT / "README.md", *PAGES]
            for refused, fence in examples(path.read_text(encoding="utf-8"))]


def variables(value):
    """Every mapping with variables of ours in it, at whatever depth an inventory has them."""
    if isinstance(value, dict):
        if any(str(key).startswith("queue_failover_") for key in value):
            yield value
        for below in value.values():
            yield from variables(below)
    elif isinstance(value, list):
        for below in value:
            yield from variables(below)


def made_up_pbx():
    queues = {number: made_up.row(descr=name) for number, name in OBJECTS["queue"]}
    return made_up.pbx(queues=queues, objects=dict(OBJECTS), onward=ONWARD, recordings=[("hello-world", "hello")],
                       former={number: "ext-local,vmu200,1" for number in queues})


@pytest.mark.parametrize("where, refused, fence", EXAMPLES, ids=["%s-%d" % (row[0], index) for index, row in enumerate(EXAMPLES)])
def test_every_example_is_valid(where, refused, fence):
    for wish in variables(yaml.safe_load(fence)):
        names = {name for name in wish if name.startswith("queue_failover_")}
        assert {name for name in names if not name.startswith(layers.GROUP)} <= set(OPTIONS) | NOT_OF_THE_ROLE
        for name in names & set(OPTIONS):
            choices, kind = OPTIONS[name].get("choices"), {"int": int, "bool": bool, "list": list, "dict": dict}.get(OPTIONS[name]["type"])
            assert (not choices or wish[name] in choices) and (kind is None or isinstance(wish[name], kind)), name
        found = routes.check_context(wish.get("queue_failover_context", "queue-failover")) + routes.check_names(
            wish.get("queue_failover_custom_destination", "x"), wish.get("queue_failover_custom_destination_notes", ""))
        above = [{"variable": name, "queues": wish[name]} for name in names if name.startswith(layers.GROUP) or name == layers.HOST]
        queues, _items, more = layers.merge(wish.get("queue_failover_queues", BELOW if above else []), above)
        pbx, found = made_up_pbx(), found + more
        compiled, more = routes.compile_routes(queues, wish.get("queue_failover_default", {"terminate": "hangup"}), pbx,
                                               wish.get("queue_failover_status_defaults"), wish.get("queue_failover_overflow"))
        found += more + ([] if made_up.of("unknown-queue", more) else checks.check(compiled, pbx))
        formers = {str(key): value for key, value in wish.get("queue_failover_former_destinations", {}).items()}
        found += routes.check_formers(formers, pbx["ours"], pbx["queues"])
        found = checks.judged(found, wish.get("queue_failover_finding_severity", {}))
        assert sorted({finding.code for finding in found if finding.severity == "error"}) == ([refused] if refused else []), where


def test_examples_are_found_at_all():
    assert len(EXAMPLES) > 25 and any(refused for _where, refused, _fence in EXAMPLES)


@pytest.mark.parametrize("fence", [fence for path in PAGES for fence in re.findall(r"^```ya?ml\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S)])
def test_every_yaml_of_the_pages_is_yaml(fence):
    yaml.safe_load(fence)


# --- the site

def named(entries):
    for entry in entries:
        for below in entry.values():
            yield from named(below) if isinstance(below, list) else [below]


def test_every_page_stands_in_the_navigation():
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
    made = {"contributing.md", "changelog.md"}  # of the root, see docs/site_hooks.py
    assert {path.relative_to(DOCS).as_posix() for path in PAGES} == set(named(config["nav"])) - made


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.svg")), ids=lambda path: path.name)
def test_a_picture_can_be_read_aloud_and_in_the_dark(path):
    text = path.read_text(encoding="utf-8")
    assert 'role="img"' in text and "<title" in text and "<desc" in text and "currentColor" in text and "prefers-color-scheme" in text
    assert not re.search(r"(?:href|src|url\()=?[\"']?https?:", text)


def test_no_page_loads_a_picture_or_script_from_elsewhere():
    for path in PAGES:
        assert not re.search(r"!\[[^\]]*\]\(https?:|<(?:img|script)", html.unescape(path.read_text(encoding="utf-8"))), path

# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the list: the sentences each input got, and its form."""
import re

import judge
import yaml

HEAD = """---
# Every bad input that is tried, with the sentence it got. SPDX-License-Identifier: GPL-3.0-or-later
#   vars, queue, to   YAML as an administrator writes it: all variables, changes to the good queue, the destination of its TIMEOUT
#   sql, sh, undo     what is done to the PBX before and after; base: deployed, where the role was run before
#   says              what the sentence must say, … for words between; got: the whole of it (pytest --record writes it)
#   accepted          odd, but usable: deployed, foreign bytes and rows unchanged, a second run changes nothing; warns: a warning it must get
#   kept, again       what was written stays and the sentence says so; again: mends the cause, and the next run brings it in force
#   back              removal gives the file back byte for byte; anew: what of others the entry itself has rewritten
#   on                16, 22 or both PBXs, else in turn; short: part of the short run; open: not as it should be yet, with ? not tried
"""
CHANGING = ((r"\d{8}T\d{6}Z-[0-9a-f]{6}", "RUN"), (r"bad(16|22)\b", "HOST"), (r"entry-[0-9a-f]{8}", "entry-HASH"), (r"\b\d{4,}(?= more)", "N"))


class Text(yaml.SafeDumper):
    """Texts of several lines as they stand."""

    def ignore_aliases(self, data):
        return True

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, len(self.indents) == 0)


def _text(dumper, value):
    plain_lines = "\n" in value and max(map(len, value.split("\n"))) < 130
    style = "|" if plain_lines and not re.search(r"[ \t]+\n|[^\n\x20-\x7e\u00a0-\ufffd]|\A\s", value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


Text.add_representer(str, _text)


def plain(sentences):
    """Sentences without what differs from run to run."""
    text = "\n".join(re.sub(r"\s+", " ", line).strip() for line in sentences)
    for pattern, word in CHANGING:
        text = re.sub(pattern, word, text)
    return shortened(text)


def shortened(text):
    """<x*3000> for so many of them."""
    return re.sub(r"(\w)\1{59,}", lambda match: f"<{match.group(1)}*{len(match.group(0))}>", text)


def same(entry, got):
    """Whether the sentences are those of the list; an entry that is tried on both PBXs may differ in versions."""
    return "got" not in entry or plain(got) in (entry["got"] if isinstance(entry["got"], list) else [entry["got"]])


def record(entries, found):
    """Write what was said into the list; an entry that is as it should be is no longer open."""
    for entry in entries:
        results = [found[generation][entry["name"]] for generation in found if entry["name"] in found[generation]]
        said = sorted({plain(result["got"]) for result in results})
        if results and not any(result["problems"] for result in results):
            entry.pop("open", None)
            entry["got"] = said[0] if len(said) == 1 else said
            if entry["got"] == "":
                del entry["got"]
    write(entries)


def write(entries):
    for entry in entries:
        entry.update({key: shortened(entry[key]) for key in judge.TEXTS if key in entry})
    text = yaml.dump(entries, Dumper=Text, allow_unicode=True, sort_keys=False, width=118)
    judge.LIST.write_text(HEAD + text, encoding="utf-8")

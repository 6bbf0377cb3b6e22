# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Asterisk comes through the #include lines to our file. What a line does was seen on Asterisk 16.28 and 22.10, which agree."""
import pytest
from ansible.module_utils.freepbx_failover import files, includes

START, OURS = "/etc/asterisk/extensions.conf", "/etc/asterisk/extensions_custom.conf"
MAIN = b"[general]\n#include extensions_additional.conf\n#include extensions_custom.conf\n"
GOOD = {START: MAIN, OURS: b"[a]\n", "/etc/asterisk/extensions_additional.conf": b"[b]\n"}


def judged(**more):
    """Findings about the good files with others put over them: {name: bytes, or what is wrong with it, or None where it is not there}."""
    found = dict(GOOD, **{"/etc/asterisk/%s.conf" % name: content for name, content in more.items()})

    def look(name):
        path = name if name.startswith("/") else "/etc/asterisk/" + name
        if name.endswith("*"):
            return [look(key)[0] for key in sorted(found) if key.startswith(path[:-1]) and found[key] is not None]
        content = found.get(path)
        if content is None:
            return [includes.File(path, path, b"", includes.MISSING)]
        return [includes.File(path, path, content, "") if isinstance(content, bytes) else includes.File(path, path, b"", content)]
    return includes.judge(START, OURS, look)


def test_files_that_asterisk_can_read_are_no_finding():
    assert judged() == []


def test_our_own_file_may_be_missing_since_we_write_it():
    assert judged(extensions_custom=None) == []


@pytest.mark.parametrize("line, word", [
    (b"#include none.conf", "is not there"), (b"#Include none.conf", "is not there"), (b"#include none.conf;x", "is not there"),
    (b"#include <none.conf>", "is not there"), (b"#include none*", "no file matches"), (b"#include folder.conf", "is a folder"),
    (b"#include fifo.conf", "is no file"), (b"#include shut.conf", "Asterisk may not read"), (b"#include shut*", "Asterisk may not read")])
@pytest.mark.parametrize("where", ["extensions", "extensions_custom", "extensions_additional"])
def test_a_line_without_a_file_that_can_be_read_is_told_with_file_and_line(line, word, where):
    (found,) = judged(folder=includes.FOLDER, fifo=includes.OTHER, shut=includes.UNREADABLE, shut2=includes.UNREADABLE,
                      **{where: (MAIN if where == "extensions" else b"[c]\n\n\n") + line + b"\n"})
    assert found.where == "/etc/asterisk/%s.conf line 4" % where and word in found.message and "#tryinclude" in found.remedy


@pytest.mark.parametrize("text", [
    b"#tryinclude none.conf", b"#tryinclude shut.conf", b"; #include none.conf", b";--\n#include none.conf\n--;", b"#include some*", b"#include"])
def test_what_asterisk_passes_over_is_no_finding(text):
    assert judged(extensions_custom=text + b"\n", shut=includes.UNREADABLE, some1=includes.UNREADABLE, some2=b"[x]\n") == []


def test_what_stands_behind_a_tryinclude_does_no_harm():
    assert judged(extensions_custom=b"#tryinclude x.conf\n", x=b"#include none.conf\n") == []
    assert len(judged(extensions_custom=b"#tryinclude x.conf\n#include y.conf\n", x=b"#include none.conf\n", y=b"#include none.conf\n")) == 1


def test_our_file_leading_back_to_itself_is_told_with_the_way():
    (found,) = judged(extensions_custom=b"[a]\n#include x.conf\n", x=b"#include extensions_custom.conf\n")
    assert found.where == "/etc/asterisk/x.conf line 1"
    assert "%s -> /etc/asterisk/x.conf -> %s" % (OURS, OURS) in found.message


def test_somebody_elses_circle_is_his_own():
    assert judged(extensions_custom=b"#include x.conf\n", x=b"#include x.conf\n") == []


@pytest.mark.parametrize("wrong, word", [(None, "is not there"), (includes.FOLDER, "is a folder"), (includes.UNREADABLE, "may not read")])
def test_without_extensions_conf_there_is_no_dialplan(wrong, word):
    (found,) = judged(extensions=wrong)
    assert found.where == START and word in found.message


@pytest.mark.parametrize("line", [b"#include extensions_custom.conf\n", b"#tryinclude extensions_custom.conf\n", b"#include extensions_c*\n"])
def test_our_file_that_asterisk_may_not_read_is_told_once_and_tryinclude_is_no_remedy(line):
    (found,) = judged(extensions=line, extensions_custom=includes.UNREADABLE)
    assert found.where == OURS and "may not read it" in found.message and "chown" in found.remedy and "try" not in found.remedy


def test_extensions_conf_that_does_not_include_our_file_is_told():
    (found,) = judged(extensions=b"#include extensions_additional.conf\n")
    assert found.where == START and found.remedy == "add the line #include extensions_custom.conf"


def test_our_file_is_found_by_a_pattern_and_behind_another_file():
    assert judged(extensions=b"#include extensions_*\n") == []
    assert judged(extensions=b"#include more.conf\n", more=b"#tryinclude extensions_custom.conf\n") == []


def test_the_door_looks_at_folders_links_and_patterns(tmp_path):
    (tmp_path / "a.conf").write_bytes(b"[a]\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.conf").symlink_to("a.conf")
    look = files.looker(str(tmp_path), None)
    assert [(file.data, file.wrong) for file in look("*.conf")] == [(b"[a]\n", "")] * 2
    assert look("link.conf")[0].real == str(tmp_path / "a.conf")
    assert [look(name)[0].wrong for name in ("folder", "none.conf")] == [includes.FOLDER, includes.MISSING]
    assert look("none*") == [] and look("{a,b}.conf")[0].wrong == ""

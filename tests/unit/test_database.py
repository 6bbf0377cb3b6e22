# SPDX-License-Identifier: GPL-3.0-or-later
"""freepbx.conf as PHP reads it, and refusals that never carry the password (FREEPBX.md section 1)."""
import pytest
from ansible.module_utils.freepbx_failover import database
from ansible.module_utils.freepbx_failover.findings import Refusal

PASSWORD = "s3cret-Pass"


@pytest.mark.parametrize("line, value", [
    (r"$amp_conf['K'] = 'plain';", "plain"),
    (r'$amp_conf["K"] = "plain";', "plain"),
    (r"""$amp_conf['K'] = "double";""", "double"),
    (r"$amp_conf['K']='tight';", "tight"),
    ("\t$amp_conf['K']\t=\t'tabs' ;", "tabs"),
    (r"$amp_conf['K'] = 'it\'s';", "it's"),
    (r"$amp_conf['K'] = 'back\\slash';", "back\\slash"),
    (r"$amp_conf['K'] = 'two\nwords';", r"two\nwords"),
    (r"$amp_conf['K'] = '$x\$y';", r"$x\$y"),
    (r'$amp_conf["K"] = "a\"b";', 'a"b'),
    (r'$amp_conf["K"] = "a\$b";', "a$b"),
    (r'$amp_conf["K"] = "a\\b";', "a\\b"),
    (r'$amp_conf["K"] = "a\tb\n";', "a\tb\n"),
    (r'$amp_conf["K"] = "a\qb";', r"a\qb"),
    (r"""$amp_conf["K"] = "it's";""", "it's"),
    (r"""$amp_conf['K'] = 'say "x"; y';""", 'say "x"; y'),
    (r"$amp_conf['K'] = '';", ""),
    (r"$amp_conf['K'] = ''; //for sqlite3", ""),
    (r"$amp_conf['K'] = 'пароль';", "пароль"),
    (r"$amp_conf['K'] = 'Qf-test-8Xk2!pw\'" + '"$x' + "';", "Qf-test-8Xk2!pw'\"$x"),
])
def test_a_value_is_what_php_would_make_of_it(line, value):
    assert database.parse_conf("<?php\n%s\n?>\n" % line) == {"K": value}


def test_the_last_of_two_wins_and_line_ends_of_windows_do_not_matter():
    assert database.parse_conf("$amp_conf['K'] = 'a';\r\n$amp_conf['K'] = \"b\";\r\n") == {"K": "b"}


@pytest.mark.parametrize("line", ["// $amp_conf['K'] = 'no';", "# $amp_conf['K'] = 'no';", "/*\n$amp_conf['K'] = 'no';\n*/", "$other['K'] = 'no';"])
def test_what_php_does_not_run_is_not_read(line):
    assert database.parse_conf("$amp_conf['K'] = 'yes';\n%s\n" % line) == {"K": "yes"}


def conf(tmp_path, **settings):
    path = tmp_path / "freepbx.conf"
    values = dict({"AMPDBUSER": "freepbxuser", "AMPDBPASS": PASSWORD, "AMPDBHOST": "localhost", "AMPDBNAME": "asterisk"}, **settings)
    path.write_text("".join("$amp_conf['%s'] = '%s';\n" % item for item in values.items() if item[1] is not None))
    return str(path)


def refusal(path):
    with pytest.raises(Refusal) as caught, database.connected(path):
        pass
    text = str(caught.value)
    assert PASSWORD not in text and "\n" not in text
    return text


def test_a_missing_freepbx_conf_is_refused_with_the_variable(tmp_path):
    text = refusal(str(tmp_path / "none.conf"))
    assert "none.conf" in text and "queue_failover_freepbx_conf" in text


def test_a_folder_in_the_place_of_freepbx_conf_is_refused_with_the_variable(tmp_path):
    assert "is no file; set queue_failover_freepbx_conf" in refusal(str(tmp_path))


@pytest.mark.parametrize("key", ["AMPDBUSER", "AMPDBPASS"])
def test_a_freepbx_conf_without_user_or_password_is_refused_with_the_key(tmp_path, key):
    assert key in refusal(conf(tmp_path, **{key: None}))


@pytest.mark.skipif(database.pymysql is None, reason="without PyMySQL on the machine of the tests no connection can even be refused")
def test_a_database_that_is_down_is_refused_with_its_address(tmp_path):
    text = refusal(conf(tmp_path, AMPDBSOCK=str(tmp_path / "no.sock")))
    assert "asterisk" in text and "MariaDB" in text


@pytest.mark.skipif(database.pymysql is None, reason="without PyMySQL on the machine of the tests no connection can even be refused")
def test_another_host_is_reached_by_tcp_at_its_port(tmp_path):
    assert "127.0.0.1:1" in refusal(conf(tmp_path, AMPDBHOST="127.0.0.1", AMPDBPORT="1"))


def test_a_port_that_is_no_number_is_refused_in_words(tmp_path):
    assert "AMPDBPORT" in refusal(conf(tmp_path, AMPDBHOST="127.0.0.1", AMPDBPORT="mysql"))


def test_line_ends_of_cr_alone_are_line_ends_for_php_too():
    text = "<?php\r// $amp_conf['K'] = 'no';\r$amp_conf['K'] = 'yes';\r# x\r$amp_conf['L'] = 'l';\r"
    assert database.parse_conf(text) == {"K": "yes", "L": "l"}


class Cursor:
    """One that refuses every statement."""

    def __init__(self, *problem):
        self.problem = problem

    def execute(self, _statement, _arguments=()):
        raise database.pymysql.OperationalError(*self.problem)


@pytest.mark.skipif(database.pymysql is None, reason="the errors are PyMySQL's")
@pytest.mark.parametrize("statement, table", [
    ("SELECT dest FROM queues_config FOR UPDATE", "queues_config"), ("UPDATE admin SET value = 'x'", "admin"), ("REPLACE INTO `kvstore` (a)", "kvstore"),
    ("DELETE FROM queues_details WHERE id = %s", "queues_details"), ("SELECT `a`, b FROM `users` WHERE 1", "users")])
def test_an_error_names_the_table_of_its_statement(statement, table):
    with pytest.raises(database.pymysql.MySQLError) as caught:
        database.execute(Cursor(1054, "Unknown column 'x'"), statement)
    assert database._reason(caught.value) == "table %s: Unknown column 'x'" % table


@pytest.mark.skipif(database.pymysql is None, reason="the errors are PyMySQL's")
def test_an_error_that_says_nothing_gets_no_table():
    with pytest.raises(database.pymysql.MySQLError) as caught:
        database.execute(Cursor(0, ""), "SELECT 1 FROM admin")
    assert database._reason(caught.value) == "the connection to it is lost"


@pytest.mark.skipif(database.pymysql is None, reason="the errors are PyMySQL's")
@pytest.mark.parametrize("code", [1044, 1054, 1109, 1146, 1644, 1290, 4025])
def test_every_refused_statement_has_a_remedy(code):
    assert database._remedy(database.pymysql.OperationalError(code, "x"), "asterisk", "/etc/freepbx.conf")


class Counting:
    """One that answers every question with one column, and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def execute(self, _statement, arguments=()):
        self.asked.append(arguments[0])

    def fetchall(self):
        return [("id",)] if self.asked[-1] == "queues_config" else []


def test_a_reading_module_asks_for_the_columns_of_a_table_once_and_the_others_anew():
    cursor = Counting()
    with database.asked_once():
        for _look in range(2):
            assert database.columns(cursor, "queues_config") == {"id"} and database.columns(cursor, "miscdests") == set()
    assert cursor.asked == ["queues_config", "miscdests"]
    for _look in range(2):
        assert database.columns(cursor, "miscdests") == set()
    assert cursor.asked == ["queues_config", "miscdests"] + ["miscdests"] * 2

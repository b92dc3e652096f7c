import pytest

from tools.own_tests import OwnTests, modules


@pytest.fixture
def root(tmp_path):
    for path in ("phiscan/x/y.py", "phiscan/z.py", "tests/phiscan/x/test_y.py", "tests/t.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("pass\n")
    (tmp_path / "phiscan/__init__.py").write_text("")
    (tmp_path / "table.toml").write_text("")
    return tmp_path


def own_tests_of(root, table=""):
    (root / "table.toml").write_text(table)
    return OwnTests(root, root / "table.toml")


def test_the_mirrored_file_is_a_modules_own(root):
    assert own_tests_of(root).of("phiscan/x/y.py") == ["tests/phiscan/x/test_y.py"]


def test_a_module_without_a_mirrored_file_has_none(root):
    assert own_tests_of(root).of("phiscan/z.py") == []


def test_the_table_names_exceptions(root):
    table = '["phiscan/z.py"]\ntests = ["tests/t.py"]\nreason = "why"\n'
    assert own_tests_of(root, table).of("phiscan/z.py") == ["tests/t.py"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('["phiscan/gone.py"]\ntests = ["tests/t.py"]\nreason = "why"\n', "phiscan/gone.py"),
        ('["phiscan/z.py"]\ntests = ["tests/gone.py"]\nreason = "why"\n', "tests/gone.py"),
        ('["phiscan/z.py"]\ntests = ["tests/t.py"]\n', "no reason"),
    ],
)
def test_an_entry_that_names_nothing_or_gives_no_reason_is_refused(root, table, message):
    with pytest.raises(ValueError, match=message):
        own_tests_of(root, table)


def test_empty_modules_are_left_out(root):
    assert modules(root) == ["phiscan/x/y.py", "phiscan/z.py"]


def test_the_table_of_this_tree_is_valid():
    OwnTests()

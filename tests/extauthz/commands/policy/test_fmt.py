import io

import pytest

from extauthz import cli

LOOSE = (
    "kind: SegmentationPolicy\napiVersion: phiguard.dev/v1alpha1\n"
    'metadata: {name: "p"}  # it\nspec:\n    rules: []\n'
)
TIGHT = (
    "apiVersion: phiguard.dev/v1alpha1\nkind: SegmentationPolicy\n"
    "metadata: {name: p}  # it\nspec:\n  rules: []\n"
)


@pytest.fixture
def fmt(tmp_path, capsys):
    path = tmp_path / "p.yaml"

    def run(text, *options):
        path.write_text(text)
        code = cli.main(["policy", "fmt", *options, str(path)])
        return code, *capsys.readouterr(), path.read_text()

    return run


def test_a_file_is_written_and_named_once(fmt, tmp_path):
    assert fmt(LOOSE) == (0, f"{tmp_path / 'p.yaml'}\n", "", TIGHT)
    assert fmt(TIGHT) == (0, "", "", TIGHT)


def test_check_and_diff_write_nothing_and_end_with_1(fmt, tmp_path):
    assert fmt(LOOSE, "--check") == (1, f"{tmp_path / 'p.yaml'}\n", "", LOOSE)
    code, out, _, text = fmt(LOOSE, "--diff")
    assert (code, text) == (1, LOOSE)
    assert '-metadata: {name: "p"}  # it\n' in out
    assert "+metadata: {name: p}  # it\n" in out
    assert fmt(TIGHT, "--check") == (0, "", "", TIGHT)
    assert fmt(TIGHT, "--diff") == (0, "", "", TIGHT)


def test_standard_input_goes_to_standard_output(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LOOSE.encode())))
    assert cli.main(["policy", "fmt", "-"]) == 0
    assert capsys.readouterr().out == TIGHT


def test_of_a_folder_the_policies_are_formatted_and_the_cases_are_not(tmp_path, capsys):
    (tmp_path / "a.yaml").write_text(LOOSE)
    cases = "cases:   []\npolicy: a.yaml\n"
    (tmp_path / "cases.yaml").write_text(cases)
    assert cli.main(["policy", "fmt", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'a.yaml'}\n"
    assert (tmp_path / "cases.yaml").read_text() == cases


@pytest.mark.parametrize(
    ("text", "part"), [("a: [", "p.yaml:1:5: "), ("a: &x 1", "anchor"), ("? [a]\n: b\n", "key")]
)
def test_what_cannot_be_read_is_one_line_and_stays_as_it_is(fmt, text, part):
    code, out, err, after = fmt(text)
    assert (code, out, err.count("\n"), after) == (2, "", 1, text)
    assert part in err


def test_a_file_that_is_missing_is_one_line(capsys):
    assert cli.main(["policy", "fmt", "missing.yaml"]) == 2
    assert capsys.readouterr().err.count("\n") == 1

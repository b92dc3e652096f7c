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
    assert fmt(LOOSE, "--check") == (
        1,
        f"{tmp_path / 'p.yaml'}:1: would be laid out anew from here on; --diff shows how\n",
        "",
        LOOSE,
    )
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


@pytest.mark.parametrize(
    "text",
    ["a: 1\n", "cases: []\n", "kind: RestPolicy\n", "spec:\n  kind: SegmentationPolicy\n"],
)
def test_what_is_no_policy_is_named_and_stays_as_it_is(fmt, text):
    code, out, err, after = fmt(text)
    assert (code, out, after) == (2, "", text)
    assert "p.yaml: no policy, as it has no `kind: SegmentationPolicy`" in err


@pytest.mark.parametrize(
    ("text", "what"), [("- 1\n", "a list"), ("hello world\n", "a single value")]
)
def test_a_text_without_keys_is_said_to_be_no_mapping(fmt, text, what):
    code, out, err, after = fmt(text)
    assert (code, out, after) == (2, "", text)
    assert f"p.yaml:1:1: the policy is {what}, expected a mapping" in err


def test_check_names_the_first_line_that_would_change(fmt, tmp_path):
    code, out, _, _ = fmt(TIGHT + "\n\n", "--check")
    assert (code, out.startswith(f"{tmp_path / 'p.yaml'}:6: ")) == (1, True)


def test_check_of_standard_input_says_what_would_change(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LOOSE.encode())))
    assert cli.main(["policy", "fmt", "--check", "-"]) == 1
    assert capsys.readouterr().out.startswith("-:1: would be laid out anew")


def test_nothing_is_written_where_one_of_several_cannot_be(fmt, tmp_path, capsys):
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text(LOOSE)
    second.write_text("a: 1\n")
    assert cli.main(["policy", "fmt", str(first), str(second)]) == 2
    assert (capsys.readouterr().out, first.read_text()) == ("", LOOSE)


def test_a_file_that_is_missing_is_one_line(capsys):
    assert cli.main(["policy", "fmt", "missing.yaml"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_link_out_of_the_folder_is_not_followed_and_one_within_it_is(tmp_path, capsys):
    folder, outside = tmp_path / "mine", tmp_path / "other.yaml"
    (folder / "..1").mkdir(parents=True)
    within = folder / "..1" / "a.yaml"
    within.write_text(LOOSE)
    outside.write_text(LOOSE)
    (folder / "a.yaml").symlink_to("..1/a.yaml")
    assert cli.main(["policy", "fmt", str(folder)]) == 0
    assert ((folder / "a.yaml").is_symlink(), within.read_text()) == (True, TIGHT)
    (folder / "b.yaml").symlink_to(outside)
    assert cli.main(["policy", "fmt", str(folder)]) == 2
    assert "b.yaml: a link out of the folder" in capsys.readouterr().err
    assert outside.read_text() == LOOSE


def test_a_file_that_cannot_be_written_whole_stays_as_it_is(fmt, tmp_path, monkeypatch):
    def fails(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copymode", fails)
    code, _, err, text = fmt(LOOSE)
    assert (code, "no space left" in err, text) == (2, True, LOOSE)
    assert [each.name for each in tmp_path.iterdir()] == ["p.yaml"]
    monkeypatch.undo()
    (tmp_path / "p.yaml").chmod(0o640)
    fmt(LOOSE)
    assert (tmp_path / "p.yaml").stat().st_mode & 0o777 == 0o640

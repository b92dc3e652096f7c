from extauthz import cli
from extauthz.demo.programs import POLICY


def test_the_demos_policy_is_drawn_in_both_formats(capsys):
    assert cli.main(["policy", "graph", str(POLICY)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("flowchart LR\n")
    assert '["billing"]' in text
    assert cli.main(["policy", "graph", "--format", "svg", str(POLICY)]) == 0
    picture = capsys.readouterr().out
    assert picture.startswith("<svg")
    assert '<title id="t">Who may send what to whom: policy clinic, revision ' in picture


def test_a_policy_that_is_missing_is_one_line(capsys):
    assert cli.main(["policy", "graph", "missing.yaml"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_more_than_can_be_drawn_is_one_line(tmp_path, capsys):
    many = ", ".join(f"cluster.local/ns/a/sa/w{n}" for n in range(400))
    path = tmp_path / "wide.yaml"
    path.write_text(
        f"{POLICY.read_text()}  - {{name: wide, from: [{{principals: [{many}]}}], "
        f"to: [{{principals: [{many}]}}]}}\n"
    )
    assert cli.main(["policy", "graph", str(path)]) == 2
    assert "kinds of messages apart" in capsys.readouterr().err

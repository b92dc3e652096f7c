import json

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


def services(number):
    names = [f"cluster.local/ns/a/sa/w{n}" for n in range(number)]
    return (
        "apiVersion: phiguard.dev/v1alpha1\nkind: SegmentationPolicy\nmetadata: {name: p}\n"
        f"spec: {{rules: [{{name: r, from: [{{principals: [{names[0]}]}}], "
        f"to: [{{principals: [{', '.join(names[1:])}]}}]}}]}}\n"
    )


def test_beyond_ten_services_the_picture_is_a_matrix(tmp_path, capsys):
    path = tmp_path / "p.yaml"
    pictures = []
    for number, form in ((10, "svg"), (11, "svg"), (11, "matrix"), (10, "matrix")):
        path.write_text(services(number))
        assert cli.main(["policy", "graph", "--format", form, str(path)]) == 0
        pictures.append(capsys.readouterr().out)
    assert ["<circle" in each for each in pictures] == [True, False, False, False]
    assert pictures[1] == pictures[2]


def test_programs_get_json_and_graphviz_gets_dot(capsys):
    assert cli.main(["policy", "graph", "--format", "json", str(POLICY)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["schema"], said["policy"]) == (1, "clinic")
    labels = {each["label"] for each in said["services"]}
    assert all({each["from"], each["to"]} <= labels for each in said["arrows"])
    claims = next(a for a in said["arrows"] if a["to"] == "finance/billing")
    assert "PERSON_NAME" in claims["passes"]
    assert claims["masked"] == ["US_SOCIAL_SECURITY_NUMBER"]
    assert cli.main(["policy", "graph", "--format", "dot", str(POLICY)]) == 0
    assert capsys.readouterr().out.startswith("digraph policy {\n")

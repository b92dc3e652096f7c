from pathlib import Path

import orjson
import pytest

from extauthz import cli

HOSPITAL = Path(__file__).parents[4] / "examples" / "hospital"


@pytest.fixture
def bench(capsysbinary, engine):
    def run(*argv):
        code = cli.main(["policy", "bench", *map(str, argv)])
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return run


def test_a_program_gets_percentiles_in_order_of_loads_decisions_and_cases(bench):
    cases = HOSPITAL / "cases.yaml"
    code, out, _ = bench(HOSPITAL / "hospital.yaml", "--cases", cases, "--format", "json")
    said = orjson.loads(out)
    assert (code, said["schema"], said["rules"]) == (0, 1, 8)
    assert said["bytes"] > 10_000
    assert list(said["microseconds"]) == [
        "load",
        "decide, nothing found",
        "decide again, nothing found",
        "decide, PHI found",
        "decide again, PHI found",
        "case, scan and decide",
    ]
    for times in said["microseconds"].values():
        assert 0 < times["p50"] <= times["p90"] <= times["p99"] <= times["largest"]
    counts = [times["count"] for times in said["microseconds"].values()]
    assert counts[0] == 5
    assert len(set(counts[1:5])) == 1
    assert counts[1] > 100
    assert counts[5] == cases.read_text().count("- name:") - 1


def test_a_person_gets_a_table(bench):
    code, out, _ = bench(HOSPITAL / "hospital.yaml")
    lines = out.splitlines()
    assert (code, lines[0].split()) == (
        0, ["microseconds", "count", "p50", "p90", "p99", "largest"],
    )  # fmt: skip
    assert lines[-1].startswith("8 rules, ")


def test_a_policy_that_opens_nothing_is_measured_too(bench, tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(
        "apiVersion: phiguard.dev/v1alpha1\nkind: SegmentationPolicy\n"
        "metadata: {name: p}\nspec: {rules: []}\n"
    )
    code, out, _ = bench(path, "--format", "json")
    assert (code, orjson.loads(out)["microseconds"]["decide, PHI found"]["count"]) == (0, 1)


@pytest.mark.parametrize("text", [None, "spec: ["])
def test_what_cannot_be_measured_is_one_line(bench, tmp_path, text):
    path = tmp_path / "p.yaml"
    if text is not None:
        path.write_text(text)
    code, out, err = bench(path)
    assert (code, out, err.count("\n")) == (2, "", 1)

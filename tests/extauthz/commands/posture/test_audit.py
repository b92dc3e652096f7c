"""`phiguard posture` on folders: exit codes, what is said, and what is left behind."""

import json
from pathlib import Path

import pytest
from ledger_schema import wrong
from posture_folder import HOLE, objects, put, write

from extauthz.cli import main
from extauthz.commands.audit import ledgers
from extauthz.records.ledger import key_file
from extauthz.records.ledger.notes import Signer

NOW = "2027-01-15T08:00:00Z"
DOWN = "clinic/Deployment/ehr/inbound/9999/mesh"


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A folder in which some cells are DOWN, and all others lack evidence."""
    return write(tmp_path_factory.mktemp("posture") / "given", [*objects(), HOLE])


@pytest.fixture
def ask(capsys):
    """Run the command; return its code and what it printed."""

    def run(*words):
        code = main(["posture", *map(str, words)])
        return code, *capsys.readouterr()

    return run


def test_a_hole_is_named_and_the_code_is_1(ask, given):
    code, out, err = ask("audit", given, "--now", NOW)
    assert code == 1
    assert f"DOWN     {DOWN} " in out
    assert err.endswith("The guard is up at 0 of 24 cells (0.0 %); 3 are DOWN; 21 are UNKNOWN.\n")


def accepting(folder: Path, cells, until="2030-01-01"):
    path = folder / "accepted.yaml"
    path.write_text(
        "\n".join(f"- {{cells: {each}, reason: known, by: Ana, until: {until}}}" for each in cells)
    )
    return path


def test_what_is_accepted_does_not_decide_and_strict_asks_for_more(ask, given, tmp_path):
    accepted = accepting(tmp_path, ["clinic/*/9999/mesh"])
    words = "audit", given, "--now", NOW, "--accept", accepted
    code, out, err = ask(*words)
    assert (code, "[accepted until 2030-01-01 by Ana: known]" in out) == (0, True)
    assert "3 are DOWN, 3 of them accepted" in err
    assert ask(*words, "--strict")[0] == 1
    some = accepting(tmp_path, ["clinic/*/ehr/*/9999/mesh"])
    assert ask("audit", given, "--now", NOW, "--accept", some)[0] == 1


def test_what_was_accepted_decides_again_after_its_day(ask, given, tmp_path):
    accepted = accepting(tmp_path, ["clinic/*/9999/mesh"], "2027-01-14")
    code, _, err = ask("audit", given, "--now", NOW, "--accept", accepted)
    assert code == 1
    assert "no longer accepted since 2027-01-14: clinic/*/9999/mesh" in err


def test_a_folder_that_is_old_shows_nothing(ask, given):
    code, out, _ = ask("audit", given, "--now", "2027-01-15T10:00:00Z")
    assert code == 0  # nothing is known to be down any more
    assert "(this evidence is 7200 s old)" in out
    assert ask("audit", given, "--now", "2027-01-15T10:00:00Z", "--within", "3h")[0] == 1


def test_a_mesh_without_a_cell_is_not_in_order(ask, given, tmp_path):
    code, out, err = ask("audit", given, "--now", NOW, "--namespace", "nowhere")
    assert (code, out, "No cell was found, so nothing is known." in err) == (
        1,
        "no cell was found\n",
        True,
    )
    none = write(tmp_path / "none")
    (none / "objects" / "pods.json").unlink()
    assert ask("audit", none, "--now", NOW)[0] == 1


@pytest.mark.parametrize(
    "name", ["pods", "services", "envoyfilters.networking.istio.io", "configmaps"]
)
@pytest.mark.parametrize("how", ["gone", "cut", "forbidden"])
def test_what_is_taken_away_makes_no_cell_better(ask, tmp_path, name, how):
    folder = write(tmp_path / "given")
    words = "audit", folder, "--now", NOW, "--format", "json"
    before = {each["cell"]: each for each in json.loads(ask(*words)[1])["cells"]}
    path = folder / "objects" / f"{name}.json"
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if how == "cut" else b"")
    _, out, err = ask(*words)
    for each in json.loads(out)["cells"]:
        assert each["state"] != "UP" or before[each["cell"]]["state"] == "UP"
        assert each["evidence"][0]["stance"] in ("unknown", "down")
    assert how == "gone" or f"not read: objects/{name}.json" in err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["audit", "/nowhere"], "no such folder"),
        (["audit", "{given}", "--within", "1"], "not a duration"),
        (["audit", "{given}", "--now", "noon"], "--now noon: not a time"),
        (["audit", "{given}", "--accept", "/nowhere"], "--accept /nowhere: no such file"),
        (["audit", "{given}", "--key", "k"], "give --record DIR too"),
        (["audit", "{given}", "--record", "{given}", "--key", "/nowhere"], "--key /nowhere"),
        (["audit", "{given}", "--kubeconfig", "x"], "reach a cluster; give kubernetes://"),
        (["audit", "{given}", "--ledger", "/nowhere"], "/nowhere: no such file"),
        (["audit", "{given}", "--canaries", "/nowhere"], "--canaries /nowhere: no such file"),
        (["audit", "{given}", "--proxies", "/nowhere"], "--proxies /nowhere: no such folder"),
        (["audit", "{given}", "--output", "/nowhere/x"], "--output /nowhere/x"),
        (["audit", "{given}", "--metrics-file", "/nowhere/x"], "--metrics-file /nowhere/x"),
        (["audit", "{file}"], "is no report"),
        (["audit", "kubernetes://", "--now", NOW], "a cluster is judged as it is now"),
        (["explain", "{given}", "clinic/x"], "clinic/x: no such cell; there are 24 cells"),
        (["watch", "{given}"], "only a cluster can be watched"),
        (["collect", "{given}"], "name the cluster: kubernetes://"),
        (["collect", "kubernetes://"], "name a new folder with --output DIR"),
        (["diff", "{given}", "{given}", "--ledger", "x"], "`collect` them into each folder"),
    ],
)
def test_wrong_use_is_one_line(ask, given, tmp_path, words, why):
    (tmp_path / "file").write_text("hello")
    code, _, err = ask(*(w.format(given=given, file=tmp_path / "file") for w in words))
    assert code == 2
    assert err.startswith("phiguard: ")
    assert why in err
    assert err.count("\n") == 1 or "--output" in words or "--metrics-file" in words


def test_explain_shows_each_layer_and_what_is_missing(ask, given):
    code, out, _ = ask("explain", given, DOWN, "--now", NOW)
    assert code == 1
    assert out.startswith(f"{DOWN}: DOWN: Service clinic/reports: ")
    assert "  declared: down: its Service says `tcp` of it" in out
    assert "    in Service clinic/reports\n    to do: name the port" in out
    for layer in ("effective", "observed", "proved"):
        assert f"  {layer}: missing\n    to get it: " in out


def test_explain_takes_a_glob_and_the_name_of_any_port(ask, given):
    assert ask("explain", given, "clinic/*/ehr/inbound/*/mesh", "--now", NOW)[1].count("\n\n") == 4
    name = "clinic/Deployment/ehr/inbound/*/mesh"
    assert ask("explain", given, name, "--now", NOW)[1].count("\n\n") == 1


def test_coverage_counts_as_a_table_and_as_json(ask, given):
    code, out, _ = ask("coverage", given, "--now", NOW)
    assert code == 1
    assert out.splitlines()[1].split() == ["clinic", "24", "0", "21", "3", "0"]
    value = json.loads(ask("coverage", given, "--now", NOW, "--format", "json")[1])
    assert value["namespaces"][0]["DOWN"] == value["summary"]["DOWN"] == 3


def test_a_report_can_be_compared_and_explained_later(ask, given, tmp_path):
    report = tmp_path / "report.json"
    ask("audit", given, "--now", NOW, "--format", "json", "--output", report)
    assert ask("diff", report, given, "--now", NOW)[:2] == (0, "nothing turned\n")
    worse = write(tmp_path / "worse", [*objects(), HOLE])
    put(worse, "envoyfilters.networking.istio.io", {"kind": "List", "items": []})
    code, out, _ = ask("diff", report, worse, "--now", NOW)
    assert (code, "UNKNOWN -> clinic/Deployment/ehr/inbound/8080/mesh: DOWN" in out) == (1, True)
    code, out, _ = ask("diff", worse, report, "--now", NOW, "--format", "json")
    turns = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert ("DOWN", "UNKNOWN") in {(t["before"], t["after"]) for t in turns}
    assert ask("explain", report, DOWN)[0] == 1


def test_a_record_of_the_audit_is_kept_signed_and_shown(ask, given, tmp_path, capsys):
    key, kept = tmp_path / "key", tmp_path / "audits"
    key_file.write(key, Signer("clinic.example/posture", b"k" * 32))
    for _ in range(2):
        ask("audit", given, "--now", NOW, "--record", kept, "--key", key)
    records = [r for chain in ledgers.chains_of(kept) for r in chain.records()]
    assert [r["kind"] for r in records if r["kind"] != "key"] == [
        "start",
        "posture",
        "start",
        "posture",
    ]
    assert [fault for record in records for fault in wrong(record)] == []
    made = records[-1]
    assert made["states"] == {"UP": 0, "UNKNOWN": 21, "DOWN": 3}
    assert DOWN in made["down"]
    assert main(["audit", "verify", str(kept)]) == 0
    assert main(["audit", "query", str(kept), "--kind", "posture"]) == 0
    assert "posture  version=" in capsys.readouterr().out
    assert main(["audit", "report", str(kept)]) == 0
    page = capsys.readouterr().out
    assert DOWN in page
    assert made["report"] in page


def test_metrics_are_left_in_a_file(ask, given, tmp_path):
    path = tmp_path / "posture.prom"
    accepted = accepting(tmp_path, ["clinic/*/ehr/*/9999/mesh"])
    ask("audit", given, "--now", NOW, "--accept", accepted, "--metrics-file", path)
    text = path.read_text()
    for line in ('"UNKNOWN"} 21.0', '"DOWN"} 1.0', '"ACCEPTED"} 2.0', '"UP"} 0.0'):
        assert f"phiguard_posture_cells{{phiguard_posture_state={line}\n" in text
    assert "phiguard_posture_audited_seconds 1.8e+09" in text
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("envoyfilters.networking.istio.io", "clinic/Deployment/ehr/inbound/8080/mesh"),
        ("envoyfilters.networking.istio.io", "clinic/Deployment/ehr/outbound/80/mesh"),
        ("authorizationpolicies.security.istio.io", "clinic/Deployment/ehr/inbound/8080/mesh"),
        ("peerauthentications.security.istio.io", "clinic/Deployment/ehr/inbound/8080/plaintext"),
    ],
)
def test_an_object_of_a_kind_that_was_not_listed_is_not_missed(ask, tmp_path, name, cell):
    folder = write(tmp_path / "given")
    path = folder / "objects" / f"{name}.json"
    path.unlink()
    assert ask("explain", folder, cell, "--now", NOW)[1].startswith(f"{cell}: UNKNOWN: ")
    put(folder, name, {"kind": "List", "items": []})
    assert ask("explain", folder, cell, "--now", NOW)[1].startswith(f"{cell}: DOWN: ")

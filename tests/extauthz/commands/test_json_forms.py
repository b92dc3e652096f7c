"""Each command's real output with `--format json` fits its schema.

The fixture `phiguard` holds every output of JSON to its schema. Here each command prints some.
"""

import json
from datetime import date

import pytest
from counted_edges import count
from ledgers_in_folders import POLICY as POLICY_RECORD
from ledgers_in_folders import written
from posture_folder import HOLE, objects, write
from rest_catalogue import catalogue
from running_guard import BILLING, EHR, POLICY, REDACTED

from extauthz import cli
from extauthz.commands import tree
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.records.edges.observation_store import ObservationStore

# envoy-data-plane, which `demo` imports, causes this warning.
pytestmark = pytest.mark.filterwarnings("ignore:Using `@model_validator`:DeprecationWarning")

CASES = f"""
policy: policy.yaml
cases:
- name: a claim
  request: {{source: {EHR}, destination: {BILLING}, mtls: true, bodyFile: claim.json}}
  expect: {{decision: ALLOW, identifiers: [A]}}
"""
REST_POLICY = """
apiVersion: phiguard.dev/v1alpha1
kind: RestPolicy
metadata: {name: clinic}
spec: {rules: []}
"""
EDGE = ("--from", EHR, "--to", BILLING, "--method", "POST", "--path", "/claims")
WORDS = {
    "scan": ("claim.json", "missing"),
    "baseline write": ("known.json", "claim.json"),
    "redact": ("claim.json", "missing", "-o", "masked"),
    "init": ("begun", "--service", "clinic/ehr"),
    "detectors list": (),
    "detectors check": ("policy.yaml",),
    "policy check": ("policy.yaml",),
    "policy explain": ("--policy", "policy.yaml", *EDGE, "--body", "claim.json"),
    "policy test": ("cases.yaml",),
    "policy bench": ("policy.yaml",),
    "policy fmt": ("--check", "policy.yaml"),
    "policy diff": ("policy.yaml", "other.yaml"),
    "policy graph": ("policy.yaml",),
    "policy learn": ("edges",),
    "simulate": ("cases.yaml",),
    "istio render": ("--output", "rendered"),
    "istio values": (),
    "istio chart": ("--output", "chart"),
    "istio mesh-patch": (),
    "istio check": ("manifests",),
    "rest scan": ("claim.json", "--catalogue", "new", "--workers", "1", "--policy", "rest.yaml"),
    "rest status": ("--catalogue", "kept"),
    "rest report": ("--catalogue", "kept"),
    "rest check": ("rest.yaml", "--catalogue", "kept"),
    "rest diff": ("--catalogue", "kept", "--since", "0"),
    "rest explain": ("public.patient", "--catalogue", "kept"),
    "posture audit": ("mesh",),
    "posture coverage": ("mesh",),
    "posture encryption": ("mesh",),
    "posture explain": ("mesh", "clinic/*"),
    "posture diff": ("mesh", "later"),
    "posture collect": ("--role",),
    "audit verify": ("ledger",),
    "audit tail": ("ledger",),
    "audit query": ("ledger", "--kind", "decision", "--kind", "policy"),
    "audit show": ("0" * 27 + "10001", "ledger"),
    "audit report": ("ledger",),
    "audit export": ("ledger",),
    "audit size": ("--decisions-per-second", "100"),
    "audit archive": ("leaving", "--to", "moved", "--until", "2026-12-01"),
    "audit prune": ("archive", "--keep", "6"),
    "audit key new": ("clinic.example/ledger", "new.key"),
    "audit key show": ("one.key",),
    "audit key rotate": ("one.key", "two.key"),
    "audit review": (
        "ledger", "--sign", "Ana", "--key", "one.key",
        "--since", "2026-11-01", "--until", "2026-11-02",
    ),
}  # fmt: skip
ELSEWHERE = {
    "demo": "tests/extauthz/demo/test_report.py; it needs Envoy",
    "rest locate": "tests/extauthz/commands/rest/test_rest.py",
    "posture targets": "tests/extauthz/commands/posture/test_targets.py",
    "posture watch": "tests/extauthz/commands/posture/test_watch.py, beside a server",
    "posture probe": "tests/extauthz/commands/posture/test_probe.py, beside a server",
    "audit verify-proof": "tests/extauthz/commands/audit/test_proofs.py",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, engine):
    """Everything that the commands read."""
    found = tmp_path_factory.mktemp("commands")
    (found / "policy.yaml").write_text(POLICY)
    (found / "other.yaml").write_text(POLICY.replace("methods: [POST]", "methods: [PUT]"))
    (found / "cases.yaml").write_text(CASES)
    (found / "rest.yaml").write_text(REST_POLICY)
    (found / "claim.json").write_bytes(REDACTED)
    written(found / "ledger", POLICY_RECORD, {}, {})
    written(found / "ledger", {}, day=2)
    for name in ("leaving", "left"):
        written(found / name, {})
        written(found / name, {}, day=2)
    for words in (
        ("audit", "archive", found / "left", "--to", found / "archive", "--until", "2026-12-01"),
        ("audit", "key", "new", "clinic.example/ledger", found / "one.key"),
        ("istio", "render", "--output", found / "manifests"),
    ):
        assert cli.main([str(word) for word in words]) == 0
    catalogue(found / "kept")
    write(found / "mesh")
    write(found / "later", [*objects(), HOLE])
    store = ObservationStore(found / "edges", 0, lambda: date(2026, 11, 23))
    for _ in range(4):
        count(store, "/claims/1", "PERSON_NAME")
    store.close()
    return found


@pytest.fixture
def run(phiguard, folder, monkeypatch):
    monkeypatch.chdir(folder)
    return lambda *words: phiguard(*words, "--format", "json")


@pytest.mark.parametrize("name", WORDS)
def test_real_output_fits_its_schema(run, name):
    code, out, err = run(*name.split(), *WORDS[name])
    assert code in (0, 1, 2, 3), err
    assert out.strip(), err
    assert "Traceback" not in err


def test_each_command_with_json_is_here_or_named_with_its_test():
    found = {
        " ".join(each.words)
        for each in tree.walk(tree.whole())
        if isinstance(formats.of(each), JsonForm)
    }
    assert found == {*WORDS, *ELSEWHERE}


def test_a_schema_that_does_not_fit_is_noticed(run):
    import json_forms  # noqa: PLC0415 - the fixture's own

    out = run("policy", "check", "policy.yaml")[1]
    wrong = json.dumps({**json.loads(out), "more": 1})
    with pytest.raises(AssertionError, match="more"):
        json_forms.check(("policy", "check", "policy.yaml", "--format", "json"), wrong)


def test_the_reviews_that_were_signed_are_listed(run):
    run("audit", "review", *WORDS["audit review"])
    assert run("audit", "review", "ledger")[1].startswith('{"review":')

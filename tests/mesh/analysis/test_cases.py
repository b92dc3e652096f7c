from name_scanner import NameScanner

from mesh.analysis import case_file, cases

EHR, BILLING = "cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/finance/sa/billing"
POLICY = f"""\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: clinic}}
spec:
  mode: monitor
  rules:
  - {{name: r, from: [{{principals: [{EHR}]}}], to: [{{principals: [{BILLING}]}}]}}
"""
FILES = {
    "clinic.yaml": POLICY.encode(),
    "body.hl7": b"MSH|^~\\&|",
    "latin.yaml": b"\xff",
    "bad.yaml": b"spec: {}\n",
}


def read(path: str) -> bytes:
    if path not in FILES:
        raise FileNotFoundError(2, "No such file or directory", path)
    return FILES[path]


def load(request: str, expect: str = "{}", policy: str = "clinic.yaml"):
    text = f"policy: {policy}\ncases:\n- name: a\n  request: {request}\n  expect: {expect}\n"
    return case_file.load(text, file="c.yaml", read=read)


EDGE = f"source: {EHR}, destination: {BILLING}, mtls: true"


def test_a_case_passes_when_everything_is_as_expected():
    (case,) = load(
        f"{{{EDGE}, body: Ana}}",
        "{decision: DENY, reason: MINIMUM_NECESSARY, verdict: phi, identifiers: [A], enforced: "
        "false, rules: [r], coverage: COMPLETE}",
    )
    result = cases.run(case, NameScanner)
    assert (result.name, result.line, result.passed, len(result.checks)) == ("a", 3, True, 7)


def test_a_case_fails_with_what_was_expected_and_what_came():
    (case,) = load(f"{{{EDGE}, body: Bob}}", "{decision: DENY, verdict: none, rules: [r, s]}")
    result = cases.run(case, NameScanner)
    assert not result.passed
    assert [(c.key, c.expected, c.actual) for c in result.checks if not c.passed] == [
        ("decision", "DENY", "ALLOW"),
        ("rules", ("r", "s"), ("r",)),
    ]


def test_the_scanner_knows_the_headers_of_the_message():
    (case,) = load(f"{{{EDGE}, contentType: text/x, body: Bob}}")
    assert cases.run(case, NameScanner).outcome.report.media == "text/x"


def test_the_scanner_knows_the_call_that_the_message_is_part_of():
    (case,) = load(f"{{{EDGE}, path: /clinic.v1.Records/Put, direction: response, body: Bob}}")
    calls = []
    cases.run(case, lambda **known: calls.append(known["rpc"]) or NameScanner(**known))
    assert [(call.path, call.is_response) for call in calls] == [("/clinic.v1.Records/Put", True)]


def test_no_repr_shows_a_body():
    (case,) = load(f"{{{EDGE}, path: '/Ana', headers: {{a: Ana}}, body: Ana}}")
    assert "Ana" not in repr(case)
    assert "Ana" not in repr(cases.run(case, NameScanner))

from case_texts import EDGE, load
from name_scanner import NameScanner

from mesh.analysis import cases


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

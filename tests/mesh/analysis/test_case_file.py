import base64

import pytest
from case_texts import BILLING, EDGE, EHR, POLICY, load, read
from name_scanner import NameScanner

from mesh.analysis import case_file, cases
from mesh.message.facts import Direction, Facts, Operation, Protocol, Vantage
from mesh.policy.decision import Mode
from mesh.policy_file.load import PolicyError


def problem_of(*args: str) -> str:
    with pytest.raises(PolicyError) as caught:
        load(*args)
    return str(caught.value)


def test_every_key_of_a_request_reaches_the_exchange():
    (case,) = load(
        f"{{source: {EHR}, destination: {BILLING}, service: billing, caller: {EHR}, mtls: true, "
        "vantage: outbound,"
        " direction: response, protocol: UPGRADE, redactable: false, method: POST, path: "
        "'/a?b=c', host: 'h:80',"
        " port: 80, headers: {X-A: 1, Content-Length: 5}, contentType: text/plain, truncated: "
        "true, body: hello}"
    )
    assert case.head.facts == Facts(
        direction=Direction.RESPONSE,
        vantage=Vantage.OUTBOUND,
        protocol=Protocol.UPGRADE,
        source=EHR,
        destination=BILLING,
        service="billing",
        mtls=True,
        caller=EHR,
        redactable=False,
        operation=Operation("POST", "/a?b=c", "h:80", 80),
    )
    assert case.head.headers.pairs == (
        ("x-a", "1"),
        ("content-length", "5"),
        ("content-type", "text/plain"),
    )
    assert (case.head.headers.content_length, case.head.end, case.body, case.truncated) == (
        5,
        False,
        b"hello",
        True,
    )


def test_a_length_of_too_many_digits_is_none():
    (case,) = load(f"{{headers: {{content-length: '{'9' * 5000}'}}, body: hello}}")
    assert case.head.headers.content_length is None


def test_what_a_request_leaves_out():
    (case,) = load("{}")
    assert case.head.facts == Facts(mtls=False, redactable=True)
    assert (case.head.end, case.head.headers.content_length, case.body, case.truncated) == (
        True,
        None,
        None,
        False,
    )
    assert (case.name, case.line, case.policy.mode) == ("a", 3, Mode.MONITOR)


@pytest.mark.parametrize(
    ("written", "body", "content_type"),
    [
        ("body: 'á b'", "á b".encode(), ""),
        ("body: 12", b"12", ""),
        ("body: ''", b"", ""),
        ("body: {a: [1, 02139, ~, x]}", b'{"a": [1, "02139", null, "x"]}', "application/json"),
        ("body: [á]", '["á"]'.encode(), "application/json"),
        ("body: {a: 1}, contentType: application/fhir+json", b'{"a": 1}', "application/fhir+json"),
        ("body: {a: 1}, headers: {Content-Type: a/b}", b'{"a": 1}', "a/b"),
        (f"bodyBase64: {base64.b64encode(bytes(range(256))).decode()}", bytes(range(256)), ""),
        ("bodyFile: body.hl7", b"MSH|^~\\&|", ""),
    ],
)
def test_a_body_is_written_as_text_as_yaml_in_base64_or_in_a_file(written, body, content_type):
    (case,) = load(f"{{{written}}}")
    assert (case.body, case.head.content_type) == (body, content_type)


def test_a_policy_may_stand_inside():
    text = (
        "policy:\n"
        + "".join(f"  {line}\n" for line in POLICY.splitlines())
        + "cases: [{name: a, request: {}}]\n"
    )
    (case,) = case_file.load(text, file="c.yaml", read=read)
    assert (case.policy.name, len(case.policy.rules), len(case.policy.digest)) == ("clinic", 1, 64)


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (
            ("{methd: GET}",),
            "c.yaml:4:13: error: unknown key `methd` in `request` (did you mean `method`?)",
        ),
        (
            ("{source: ehr}",),
            "c.yaml:4:21: error: `ehr` is not a principal (write "
            "`cluster.local/ns/NAMESPACE/sa/ACCOUNT`)",
        ),
        (
            ("{direction: both}",),
            "c.yaml:4:24: error: `direction` is `both`, expected `request` or `response`",
        ),
        (
            ("{body: a, bodyFile: body.hl7}",),
            "c.yaml:4:19: error: the request has `body` and `bodyFile` (write one of them)",
        ),
        (("{bodyBase64: '!'}",), "c.yaml:4:25: error: `bodyBase64` is not base64"),
        (
            ("{bodyFile: none}",),
            "c.yaml:4:23: error: `none` cannot be read: No such file or directory",
        ),
        (("{headers: {a: [1]}}",), "c.yaml:4:26: error: header `a` is not a single value"),
        (
            ("{}", "{decision: BLOCK}"),
            "c.yaml:5:22: error: `decision` is `BLOCK`, expected `ALLOW`, `ALERT`, `REDACT` or "
            "`DENY`",
        ),
        (
            ("{}", "{identifiers: [X]}"),
            "c.yaml:5:26: error: `X` is not allowed in `identifiers` (write classes A to R)",
        ),
        (
            ("{}", "{verdit: phi}"),
            "c.yaml:5:12: error: unknown key `verdit` in `expect` (did you mean `verdict`?)",
        ),
        (
            ("{}", "{}", "none.yaml"),
            "c.yaml:1:9: error: `none.yaml` cannot be read: No such file or directory",
        ),
        (
            ("{}", "{}", "latin.yaml"),
            "c.yaml:1:9: error: policy `latin.yaml` is not UTF-8 (save it as UTF-8)",
        ),
    ],
)
def test_an_error_has_its_place_and_a_hint(args, problem):
    assert problem_of(*args) == problem


def test_problems_of_the_policy_are_reported_under_its_own_name():
    with pytest.raises(PolicyError) as caught:
        load("{}", "{}", "bad.yaml")
    assert {problem.file for problem in caught.value.problems} == {"bad.yaml"}


def test_a_text_that_is_no_case_file_is_an_error():
    for text in (
        "",
        "- a",
        "policy: clinic.yaml\n",
        "cases: []\n",
        "policy: clinic.yaml\ncases: []\n",
    ):
        with pytest.raises(PolicyError):
            case_file.load(text, file="c.yaml", read=read)


def test_what_audit_rules_would_have_done_is_compared():
    rule = (
        f"{{from: [{{principals: [{EHR}]}}], to: [{{principals: [{BILLING}]}}], when: {{headers: "
        f"{{x-a: [b]}}}}"
    )
    text = (
        "policy:\n  apiVersion: phiguard.dev/v1alpha1\n  kind: SegmentationPolicy\n  metadata: "
        "{name: p}\n"
        f"  spec: {{rules: [{rule}, name: strict, action: AUDIT}}]}}\n"
        "cases:\n"
        f"- {{name: a, request: {{{EDGE}, body: Ana, verifiedHeaders: {{x-a: [b]}}}}, expect: "
        f"{{audits: {{strict: DENY}}}}}}\n"
        f"- {{name: b, request: {{{EDGE}, body: Bob, verifiedHeaders: {{x-a: [b]}}}}, expect: "
        f"{{audits: {{}}}}}}\n"
        f"- {{name: c, request: {{{EDGE}, body: Bob, headers: {{x-a: b}}}}, expect: {{audits: "
        f"{{strict: DENY}}}}}}\n"
    )
    found = case_file.load(text, file="c.yaml", read=read)
    assert [cases.run(case, NameScanner).passed for case in found] == [True, True, True]
    assert found[0].head.facts.headers == (("x-a", frozenset({"b"})),)
    assert "`strict` is `ALLOW`, expected `ALERT`" in problem_of("{}", "{audits: {strict: ALLOW}}")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("policy: a.yaml\ncases:\n- name: a\n", True),
        ("policy:\n  kind: SegmentationPolicy\n  spec: {}\ncases: []\n", True),
        ("kind: SegmentationPolicy\ncases: []\n", False),
        ("'spec': {}\ncases: []\n", False),
        ("spec:\n  cases: []\n", False),
        ("policy: a.yaml\n", False),
    ],
)
def test_a_case_file_is_told_from_a_policy_by_its_own_keys(text, answer):
    assert case_file.is_case_file(text) is answer


@pytest.mark.parametrize(
    ("request_", "problem"),
    [
        ("{messageType: ADT^A01}", "`messageType` is of a response over MLLP"),
        ("{protocol: MLLP, messageType: ADT^A01}", "the type of a request stands in its MSH-9"),
        ("{protocol: MLLP, direction: response, messageType: adt}", "`adt` is not a message type"),
    ],
)
def test_the_type_of_an_answered_message_is_of_a_response(request_, problem):
    assert problem in problem_of(request_)


def test_a_response_over_mllp_says_what_it_answers():
    (case,) = load("{protocol: MLLP, direction: response, messageType: ADT^A01, body: x}")
    assert case.head.facts.operation.message_type == "ADT^A01"

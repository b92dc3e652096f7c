"""`policy explain` for peers that no principal names.

They are outside hosts, addresses, and callers with claims and headers.
"""

import pytest

from extauthz import cli

BILLING, GATEWAY = "cluster.local/ns/finance/sa/billing", "cluster.local/ns/ingress/sa/gateway"
PORTAL = "cluster.local/ns/web/sa/portal"
POLICY = f"""\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: clinic}}
spec:
  services: [{{host: portal.web.svc.cluster.local, principal: {PORTAL}}}]
  rules:
  - name: out
    from: [{{principals: [{BILLING}]}}]
    to: [{{hosts: ["*.payer.example"]}}]
    when: {{mtls: any}}
    phi: {{request: {{allow: [A]}}}}
  - name: in
    from: [{{ipBlocks: [10.20.0.0/16]}}]
    to: [{{principals: [{PORTAL}]}}]
  - name: doctors
    from: [{{principals: [{GATEWAY}]}}]
    to: [{{principals: [{PORTAL}]}}]
    when: {{claims: {{role: [doctor, nurse]}}, headers: {{x-purpose: [TREATMENT]}}}}
    phi: {{response: {{allow: ["*"]}}}}
"""
BODY = '{"patientName": "Ana Ruiz", "diagnosis": "E11.9"}'


@pytest.fixture
def explained(capsysbinary, tmp_path):
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "body.json").write_text(BODY)

    def run(*arguments):
        code = cli.main(
            ["policy", "explain", "--policy", str(tmp_path / "policy.yaml"), *arguments]
        )
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    def with_body(*arguments):
        return run(*arguments, "--body", str(tmp_path / "body.json"))

    run.with_body = with_body
    return run


def test_a_host_is_judged_at_its_sender(explained):
    code, out, _ = explained.with_body("--from", BILLING, "--to", "edi.payer.example")
    assert code == 0
    assert out.startswith("ALERT UNENCRYPTED")
    assert f"edge: {BILLING} -> edi.payer.example, GET /, request, seen by the sender" in out
    assert "named by out (mtls any)" in out


def test_a_host_that_is_served_in_the_mesh_is_who_serves_it(explained):
    out = explained("--from", GATEWAY, "--to", "portal.web.svc.cluster.local")[1]
    assert out.startswith("DENY EDGE_NOT_ALLOWED")


def test_an_address_is_a_peer_without_an_identity(explained):
    out = explained("--from", "10.20.3.4", "--to", PORTAL)[1]
    assert out.startswith("ALERT UNENCRYPTED")
    assert "named by in" in out
    assert "10.20.3.4" not in out
    assert "no rule names it" in explained("--from", "10.21.3.4", "--to", PORTAL)[1]


def test_claims_and_headers_are_what_envoy_vouched_for(explained):
    edge = ("--from", GATEWAY, "--to", PORTAL, "--response")
    vouched = (
        "--claim",
        "role=doctor",
        "--claim",
        "iss=https://id.example",
        "--header",
        "X-Purpose=TREATMENT",
    )
    assert explained.with_body(*edge, *vouched)[1].startswith("ALLOW ALLOWED_BY_RULE")
    assert explained.with_body(*edge, "--claim", "role=clerk", "--header", "x-purpose=TREATMENT")[
        1
    ].startswith("DENY")
    assert explained.with_body(*edge)[1].startswith("DENY")


LAB = f"""
  - name: admissions
    from: [{{principals: [{GATEWAY}]}}]
    to:
    - principals: [{PORTAL}]
      operation: {{protocols: [MLLP], messageTypes: ["ADT^A01"], ports: [2575]}}
    phi: {{request: {{allow: [A, H]}}}}
"""
MESSAGE = b"MSH|^~\\&|EHR|C|LIS|L|20260102||%s|1|P|2.5\rPID|1||77120^^^C^MR||SANDOVAL^ROSA\r"


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        (b"ADT^A01", ["--port", "2575"], "ALLOW ALLOWED_BY_RULE"),
        (b"ADT^A01", ["--port", "2576"], "DENY EDGE_NOT_ALLOWED"),
        (b"ADT^A08", ["--port", "2575"], "DENY EDGE_NOT_ALLOWED"),
        (b"ACK", ["--port", "2575", "--response"], "DENY EDGE_NOT_ALLOWED"),
        (
            b"ACK",
            ["--port", "2575", "--response", "--message-type", "ADT^A01"],
            "DENY MINIMUM_NECESSARY",
        ),
    ],
)
def test_hl7_over_mllp_is_explained_by_its_type_and_port(kind, more, said, tmp_path, capsysbinary):
    policy, body = tmp_path / "policy.yaml", tmp_path / "message.hl7"
    policy.write_text(POLICY + LAB)
    body.write_bytes(MESSAGE % kind)
    words = ["policy", "explain", "--policy", str(policy), "--from", GATEWAY, "--to", PORTAL]
    assert cli.main([*words, "--protocol", "MLLP", "--body", str(body), *more]) == 0
    out = capsysbinary.readouterr().out.decode()
    assert out.startswith(said)
    assert f", MLLP, {'' if kind == b'ACK' else kind.decode()}" in out
    assert f"port {more[1]}, " in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--from", "bogus!", "--to", PORTAL), "--from bogus!: neither a principal nor an address"),
        (
            ("--from", BILLING, "--to", "*.example"),
            "--to *.example: neither a principal nor a host",
        ),
        (
            ("--from", BILLING, "--to", "spiffe://cluster.local/ns/web/sa/portal"),
            "write cluster.local/ns/NAMESPACE/sa",
        ),
        (("--from", BILLING, "--to", PORTAL, "--claim", "role"), "--claim role: write NAME=VALUE"),
        (
            ("--from", BILLING, "--to", PORTAL, "--protocol", "MLLP"),
            "--protocol MLLP: give the HL7 message with --body FILE",
        ),
        (
            ("--from", BILLING, "--to", PORTAL, "--message-type", "ADT^A01"),
            "--message-type: is of an answer over MLLP; add --protocol MLLP --response",
        ),
        *(
            (
                ("--from", BILLING, "--to", PORTAL, "--protocol", protocol, option, value),
                f"{option}: {protocol} has none; leave it out",
            )
            for protocol, option, value in (
                ("MLLP", "--method", "POST"),
                ("MLLP", "--path", "/claims"),
                ("MLLP", "--host", "lis.lab"),
                ("MLLP", "--claim", "role=clerk"),
                ("MLLP", "--header", "x-purpose=TREATMENT"),
                ("MLLP", "--content-type", "text/plain"),
                ("TCP", "--path", "/claims"),
            )
        ),
        (
            ("--from", BILLING, "--to", PORTAL, "--path", "claims"),
            "--path claims: write it with a `/` at its start",
        ),
    ],
)
def test_what_names_nobody_is_one_line(explained, arguments, told):
    code, out, err = explained(*arguments)
    assert (code, out, err.count("\n"), told in err) == (2, "", 1, True)

import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extauthz.guard.http import question
from extauthz.guard.http.messages import Code, ProblemError
from mesh.message.facts import Direction, Vantage

EHR = "cluster.local/ns/clinic/sa/ehr"


def read(**members):
    return question.read(orjson.dumps(members), "cluster.local/ns/a/sa/b")


def test_facts_are_those_of_a_case():
    asked = read(
        source=EHR, destination=EHR, mtls=True, direction="response", redactable=False,
        method="PUT", path="/a?b", host="h", port=80, claims={"role": ["x"]},
        headers={"X-A": "1"}, contentType="text/plain", body="hé",
    )  # fmt: skip
    facts = asked.facts
    assert (facts.source, facts.destination, facts.mtls) == (EHR, EHR, True)
    assert (facts.direction, facts.vantage) == (Direction.RESPONSE, Vantage.INBOUND)
    assert (facts.redactable, facts.caller) == (False, "cluster.local/ns/a/sa/b")
    operation = facts.operation
    assert (operation.method, operation.path, operation.host, operation.port) == (
        "PUT", "/a?b", "h", 80,
    )  # fmt: skip
    assert (facts.claims, facts.headers) == ((("role", frozenset(["x"])),), None)
    assert asked.headers.pairs == (("x-a", "1"), ("content-type", "text/plain"))
    assert asked.body == "hé".encode()


def test_with_a_service_the_sender_asks():
    assert read(service="a.b.svc.cluster.local").facts.vantage is Vantage.OUTBOUND
    assert read(service="a.b", vantage="inbound").facts.vantage is Vantage.INBOUND


def test_an_address_names_only_a_sender_without_a_principal():
    assert read(sourceAddress="10.0.0.1").facts.source_address == "10.0.0.1"
    assert read(sourceAddress="10.0.0.1", source=EHR).facts.source_address == ""


def test_a_body_comes_as_text_as_json_or_as_base64():
    assert read(body={"a": 1}).body == b'{"a":1}'
    assert read(body={"a": 1}).headers.get("content-type") == "application/json"
    assert read(bodyBase64=base64.b64encode(b"\xff").decode()).body == b"\xff"
    assert read().body == b""
    assert read(truncated=True).events[1].truncated


def test_a_body_in_json_is_judged_as_it_is_written():
    body = b'{"ssn":"536-22-8790","ssn":"x","mrn":123456789012345678901}'
    assert question.read(b'{"body":' + body + b"}", "").body == body


def test_a_key_that_stands_twice_is_refused():
    with pytest.raises(ProblemError, match="twice"):
        question.read(b'{"source":"","source":"%s"}' % EHR.encode(), "")


@pytest.mark.parametrize(
    "members",
    [
        {"unknown": 1},
        {"source": "ehr"},
        {"source": 7},
        {"destination": "*"},
        {"service": "*.example.com"},
        {"service": "a b"},
        {"sourceAddress": "host"},
        {"mtls": "yes"},
        {"mtls": None},
        {"direction": "up"},
        {"vantage": 1},
        {"method": "GE T"},
        {"path": "claims"},
        {"port": True},
        {"port": 70000},
        {"port": "80"},
        {"headers": {"a": 1}},
        {"headers": []},
        {"claims": {"a": "b"}},
        {"verifiedHeaders": {"a": [1]}},
        {"contentType": 1},
        {"body": "a", "bodyBase64": ""},
        {"bodyBase64": "*"},
        {"bodyBase64": 1},
    ],
)
def test_what_has_another_form_is_refused(members):
    with pytest.raises(ProblemError) as refused:
        read(**members)
    assert refused.value.code is Code.BAD_REQUEST


@pytest.mark.parametrize("data", [b"", b"[]", b"1", b"{", b"\xff", b"[" * 100_000, b'{"a":1}{}'])
def test_what_is_no_object_is_refused(data):
    with pytest.raises(ProblemError):
        question.read(data, "")


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 1 << 40) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(question.KEYS), anything))
def test_anything_else_is_read_or_refused_in_words_of_this_package(members):
    try:
        read(**members)
    except ProblemError as refused:
        assert refused.detail.isascii()  # noqa: PT017 - both ways are right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.message import head_fields
from mesh.message.facts import Direction, Facts, Operation
from mesh.message.headers import NO_HEADERS, Headers


def of_path(path: str) -> list[tuple[str, str]]:
    return list(head_fields.of_head(Facts(operation=Operation("GET", path)), NO_HEADERS))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", []),
        ("", []),
        ("/patients/1", [("path", "/patients/1")]),
        ("/p%41tients", [("path", "/pAtients")]),
        ("/?ssn=1", [("query.ssn", "1")]),
        ("/?name=Ana+Ruiz&x=", [("query.name", "Ana Ruiz")]),
        ("/?name=Ana%20Ruiz", [("query.name", "Ana Ruiz")]),
        ("/?a=b=c", [("query.a", "b=c")]),
        ("/?%73sn=%2531", [("query.ssn", "1")]),  # encoded names, and values encoded twice
        ("/?a=%zz%", [("query.a", "%zz%")]),  # an invalid escape stays as it is
        ("/?123-45-6789", [("query", "123-45-6789")]),  # only a name, and it is the value
        ("/?123-45-6789=1&987=", [("query.123-45-6789", "1"), ("query", "123-45-6789\n987")]),
        ("/?a#frag=2", [("query.a#frag", "2"), ("query", "a#frag")]),
    ],
)
def test_a_path_and_its_query_are_decoded_and_labelled(path, expected):
    assert of_path(path) == expected


def test_the_pseudo_header_stands_in_for_a_path_that_the_facts_lack():
    assert list(head_fields.of_head(Facts(), Headers(((":path", "/a?b=c"),)))) == [
        ("path", "/a"),
        ("query.b", "c"),
    ]


def test_a_response_does_not_repeat_its_requests_path():
    facts = Facts(direction=Direction.RESPONSE, operation=Operation("GET", "/a?ssn=1"))
    assert list(head_fields.of_head(facts, Headers((("x-patient", "Ana"),)))) == [
        ("header.x-patient", "Ana")
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", "billing.finance.svc.cluster.local"),
        (":authority", "billing.finance:8080"),
        (":authority", "10.44.1.17:8080"),
        (":method", "PROPFIND"),
        (":scheme", "http"),
        ("content-length", "10485760"),
        ("content-type", "application/fhir+json"),
        ("content-encoding", "gzip"),
        ("grpc-timeout", "100m"),
        ("x-request-id", "0b6d6e4e-3f2a-4a8e-9c51-0d4f6f1d2a77"),
        ("x-b3-traceid", "463ac35c9f6413ad48485a3953bb6124"),
        ("x-b3-spanid", "a2fb4a1d1a96d312"),
        ("traceparent", "00-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-01"),
        ("x-envoy-attempt-count", "1"),
        ("x-envoy-decorator-operation", "billing.finance.svc.cluster.local:8080/*"),
        ("x-envoy-external-address", "10.44.1.17"),
        ("etag", ""),
    ],
)
def test_what_the_transport_writes_is_left_out(name, value):
    assert list(head_fields.of_headers("header", Headers(((name, value),)))) == []


@pytest.mark.parametrize(
    "name",
    [
        *("host", "content-length", "content-type", "x-request-id"),
        *("traceparent", "x-envoy-attempt-count", ":authority", ":method", "etag"),
        *("grpc-encoding", "x-b3-traceid", "grpc-timeout", "x-envoy-note"),
    ],
)
@pytest.mark.parametrize("value", ["219-09-9999", "ssn-219-09-9999", "mrn:48291734", "219099999"])
def test_a_word_with_a_number_that_no_transport_writes_is_scanned(name, value):
    assert list(head_fields.of_headers("header", Headers(((name, value),)))) == [("header", value)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("%u0041na", "Ana"),
        ("%25u0041na", "Ana"),
        ("%u00", "%u00"),
        ("=?utf-8?Q?Ana_Ru=C3=ADz?=", "Ana Ruíz"),
        ("a =?utf-8?B?QW5h?= b", "a Ana b"),
        ("=?utf-8?Q?Ana", "=?utf-8?Q?Ana"),
    ],
)
def test_escapes_that_only_some_receivers_decode_are_decoded(value, said):
    assert list(head_fields.of_headers("header", Headers((("x-note", value),)))) == [
        ("header.x-note", said)
    ]


@pytest.mark.parametrize(
    "name",
    ["etag", "x-envoy-note", "x-b3-note", "tracestate", "content-type", "age", "grpc-encoding"],
)
@pytest.mark.parametrize(
    "value", ["Ana Ruiz, SSN 219-09-9999", "Ana%20Ruiz%2C%20SSN%20219-09-9999"]
)
def test_a_sentence_in_a_header_of_the_transport_is_scanned_without_its_name(name, value):
    assert list(head_fields.of_headers("header", Headers(((name, value),)))) == [
        ("header", "Ana Ruiz, SSN 219-09-9999")
    ]


@pytest.mark.parametrize(
    "name", ["etag", "x-envoy-note", "tracestate", ":authority", ":method", "x-request-id"]
)
@pytest.mark.parametrize("value", ["ssn=219-09-9999", "ana.ruiz@clinic.example"])
def test_a_word_that_no_transport_writes_is_scanned(name, value):
    assert list(head_fields.of_headers("header", Headers(((name, value),)))) == [("header", value)]


PROXYS = [
    (
        "x-forwarded-client-cert",
        f'By=spiffe://cluster.local/ns/a/sa/b;Hash={"3f" * 32};Subject="";URI=spiffe://c/ns/a/sa/b',
    ),
    (
        "x-forwarded-client-cert",
        'Cert="-----BEGIN%20CERTIFICATE-----%0AMAUMA2Fi%0AYw%3D%3D%0A-----END%20CERTIFICATE-----%0A"',
    ),
    ("x-forwarded-client-cert", f"Hash={'00' * 32},By=spiffe://cluster.local/ns/a/sa/b"),
    (
        "x-envoy-peer-metadata",
        "ChoKCkNMVVNURVJfSUQSDBoKS3ViZXJuZXRlcwoeCgxJTlNUQU5DRV9JUFMSDhoMMTAuNDQuMS4xNw==",
    ),
    ("x-envoy-peer-metadata-id", "sidecar~10.44.1.17~ehr-7d9.clinic~clinic.svc.cluster.local"),
]


@pytest.mark.parametrize(("name", "value"), PROXYS)
def test_what_the_proxies_write_of_themselves_is_left_out(name, value):
    assert list(head_fields.of_headers("header", Headers(((name, value),)))) == []


@pytest.mark.parametrize(
    ("name", "value"), [*PROXYS, ("x-forwarded-client-cert", ""), ("x-envoy-peer-metadata", "")]
)
@pytest.mark.parametrize(
    "said", ["Ana Ruiz, SSN 219-09-9999", 'Subject="CN=Ana Ruiz"', "ana.ruiz@clinic.example"]
)
def test_what_a_client_writes_beside_it_is_scanned(name, value, said):
    """A receiver's proxy appends to the header, so the client's own words reach the application."""
    ((label, left),) = head_fields.of_headers("header", Headers(((name, f"{said},{value}"),)))
    assert label == "header"
    assert said in left


def test_a_path_from_before_a_rewrite_is_read_as_a_path():
    found = list(
        head_fields.of_headers(
            "header", Headers((("x-envoy-original-path", "/patients/7?mrn=48291734"),))
        )
    )
    assert found == [("path", "/patients/7"), ("query.mrn", "48291734")]


def test_a_long_word_in_a_header_of_the_transport_is_scanned():
    assert list(head_fields.of_headers("header", Headers((("etag", "A" * 129),)))) == [
        ("header", "A" * 129)
    ]


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "referer",
        "baggage",
        "grpc-message",
        "content-disposition",
        "x-mrn",
        "user-agent",
        "x-forwarded-for",
        "origin",
    ],
)
def test_what_applications_write_is_scanned(name):
    assert list(head_fields.of_headers("header", Headers(((name, "a%20b"),)))) == [
        (f"header.{name}", "a b")
    ]


def test_a_long_value_is_not_left_out():
    value = "x" * 100_000 + "123-45-6789"
    assert list(head_fields.of_headers("trailer", Headers((("x-a", value),)))) == [
        ("trailer.x-a", value)
    ]


def test_repeated_headers_are_each_fed():
    assert list(
        head_fields.of_headers("header", Headers((("x-a", "1"), ("x-a", "2"), ("x-b", ""))))
    ) == [
        ("header.x-a", "1"),
        ("header.x-a", "2"),
    ]


def test_cookies_are_labelled_one_by_one():
    assert list(
        head_fields.of_headers("header", Headers((("cookie", "ssn=1; name=Ana%20Ruiz; 55"),)))
    ) == [
        ("header.cookie.ssn", "1"),
        ("header.cookie.name", "Ana Ruiz"),
        ("header.cookie", "55"),
    ]


def test_a_name_that_is_no_plain_word_is_a_value_too():
    assert list(head_fields.of_headers("header", Headers((("x-123-45-6789", ""),)))) == [
        ("header", "x-123-45-6789")
    ]


@given(
    st.from_regex(r"[a-z]{1,5}", fullmatch=True),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=8),
)
def test_no_value_of_a_query_is_lost(name, value):
    escaped = "".join(f"%{byte:02x}" for byte in value.encode())
    assert (
        value
        in {seen for label, seen in of_path(f"/?{name}={escaped}") if label == f"query.{name}"}
        or "%" in value
    )

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.message import proxy_headers

NOTE = "Ana Ruiz, SSN 219-09-9999"


def encoded(*data: bytes) -> str:
    return base64.b64encode(b"".join(data)).decode()


def certificate(data: bytes) -> str:
    letters = encoded(data).replace("+", "%2B").replace("=", "%3D")
    return f'Cert="-----BEGIN%20CERTIFICATE-----%0A{letters}%0A-----END%20CERTIFICATE-----%0A"'


def struct(*texts: str) -> str:
    """Base64 of what begins as a protobuf Struct."""
    return encoded(b"\n\x1a\n", *(b"\x12" + bytes((len(t),)) + t.encode() for t in texts)).rstrip(
        "="
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-forwarded-client-cert", certificate(b"0\x82\x01\x0a\x0c\x0dcluster.local")),
        ("x-forwarded-client-cert", f"Hash={'12' * 32}"),
        ("x-forwarded-client-cert", "URI=spiffe://cluster.local/ns/clinic/sa/ehr-2"),
        (
            "x-envoy-peer-metadata",
            struct("INSTANCE_IPS", "10.44.1.17", "NAME", "ehr-7d9f8b6c5-x2x4z", "ISTIO_VERSION"),
        ),
        ("x-envoy-peer-metadata-id", "sidecar~10.44.1.17~ehr-7d9.clinic~clinic.svc"),
    ],
)
def test_a_proxys_own_words_are_left_out(name, value):
    assert proxy_headers.beside(name, value) == ""


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("x-forwarded-client-cert", certificate(b"0\x82\x01\x0a\x0c\x20" + NOTE.encode()), NOTE),
        ("x-forwarded-client-cert", certificate(b"0\x82\x01\x0a") + ';Subject="CN=Ana"', "CN=Ana"),
        ("x-forwarded-client-cert", "By=spiffe://ana/219-09-9999", "219-09-9999"),
        ("x-forwarded-client-cert", "URI=spiffe://mrn/48291734", "mrn/48291734"),
        ("x-envoy-peer-metadata", struct("LABELS", NOTE, "a" * 40), NOTE),
        ("x-envoy-peer-metadata-id", "sidecar~~ana-219-09-9999~a", "219-09-9999"),
    ],
)
def test_what_is_hidden_in_a_proxys_form_is_read(name, value, said):
    assert said in proxy_headers.beside(name, value)


def test_base64_of_anything_else_is_left_for_the_scan():
    letters = encoded(NOTE.encode() * 3)
    assert letters in proxy_headers.beside("x-envoy-peer-metadata", letters)
    inside = certificate(NOTE.encode() * 3)
    assert encoded(NOTE.encode() * 3).rstrip("=")[:60] in proxy_headers.beside(
        "x-forwarded-client-cert", inside
    )


@given(st.from_regex(proxy_headers._PLAIN_CERTIFICATES, fullmatch=True))
def test_of_a_plain_value_the_whole_reading_leaves_nothing_either(value):
    rest = proxy_headers._CERTIFICATES.sub(proxy_headers._said, value)

    assert proxy_headers._LISTED.fullmatch(rest)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-forwarded-client-cert", "URI=spiffe://219-09-9999"),
        ("x-forwarded-client-cert", "URI=spiffe://a/b;Ana=Ruiz"),
        ("x-forwarded-client-cert", "By=spiffe://a/123456"),
        # the form of another header
        ("x-envoy-peer-metadata", "By=spiffe://a/b"),
    ],
)
def test_what_is_nearly_plain_is_read(name, value):
    assert proxy_headers.beside(name, value)

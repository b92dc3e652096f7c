import pytest

from extauthz.guard.calls import call_of
from extauthz.records.allow_list import SpanName


class Context:
    """The part of gRPC's servicer context that `call_of` reads."""

    def __init__(self, *, metadata=(), remaining=None, proven=None):
        self.invocation_metadata = lambda: metadata
        self.time_remaining = lambda: remaining
        self.auth_context = lambda: proven or {}


@pytest.mark.parametrize(
    ("remaining", "header", "expected"),
    [
        (None, None, None),
        (2.0, None, 2.0),
        (None, "500", 0.5),
        (2.0, "500", 0.5),
        (0.1, "500", 0.1),
        (None, "soon", None),
        (None, "-1", None),
        (2.0, "9" * 5000, 2.0),
    ],
)
def test_the_nearer_deadline_holds(remaining, header, expected):
    metadata = (("X-Envoy-Expected-Rq-Timeout-Ms", header),) if header else ()

    assert (
        call_of(SpanName.AUTHORIZE, Context(metadata=metadata, remaining=remaining)).seconds
        == expected
    )


@pytest.mark.parametrize(
    ("proven", "expected"),
    [
        ({}, ""),
        ({"transport_security_type": [b"ssl"]}, ""),  # TLS without a client certificate
        (
            {"x509_pem_cert": [b"-"], "peer_spiffe_id": [b"spiffe://cluster.local/ns/a/sa/b"]},
            "cluster.local/ns/a/sa/b",
        ),
        ({"x509_pem_cert": [b"-"]}, "unknown"),
        ({"x509_pem_cert": [b"-"], "peer_spiffe_id": [b"spiffe://cluster.local/other"]}, "unknown"),
        ({"x509_pem_cert": [b"-"], "peer_spiffe_id": [b"\xff"]}, "unknown"),
        (
            {
                "x509_pem_cert": [b"-"],
                "peer_spiffe_id": [b"spiffe://c/ns/a/sa/b", b"spiffe://c/ns/a/sa/c"],
            },
            "unknown",
        ),
    ],
)
def test_a_certificate_that_names_no_workload_is_a_stranger_and_not_nobody(proven, expected):
    assert call_of(SpanName.AUTHORIZE, Context(proven=proven)).caller == expected


def test_binary_metadata_is_not_read():
    assert call_of(
        SpanName.INSPECT, Context(metadata=(("a-bin", b"\x00"), ("b", "1")))
    ).metadata == {"b": "1"}

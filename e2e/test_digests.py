"""Digests of a body that is masked on its way, on real Envoy: the receiver can check it."""

import base64
import hashlib
import json
from secrets import token_hex

from extauthz.demo.client import Request
from extauthz.demo.lab import Lab
from extauthz.demo.topology import BILLING, EHR
from extauthz.demo.workloads import DELIVERY_HEADER

BODY = json.dumps({"patientName": "Ana Ruiz", "diagnosis": "E11.9", "ssn": "512-44-9031"}).encode()


def _base64(algorithm: str, data: bytes) -> str:
    digest = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def test_the_receiver_gets_digests_of_the_masked_body_and_no_others(lab: Lab) -> None:
    identity = token_hex(8)
    headers = {
        DELIVERY_HEADER: identity,
        "content-type": "application/json",
        "content-md5": _base64("md5", BODY),
        "content-digest": f"sha-256=:{_base64('sha256', BODY)}:",
        "x-amz-checksum-xxhash64": "AAAAAAAAAAA=",
        "x-key": hashlib.sha256(b"512-44-9031").hexdigest(),
    }
    answer = lab.from_application(EHR, Request(BILLING.host, "POST", "/claims", BODY, headers))
    assert answer.status == 200

    (delivery,) = lab.deliveries(identity)
    assert b"512-44-9031" not in delivery.body
    assert delivery.headers["content-md5"] == _base64("md5", delivery.body)
    assert delivery.headers["content-digest"] == f"sha-256=:{_base64('sha256', delivery.body)}:"
    assert "x-amz-checksum-xxhash64" not in delivery.headers
    assert "x-key" not in delivery.headers

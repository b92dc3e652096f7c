"""Network addresses, which are identifiers only beside a person or a device."""

import pytest

from phiscan.detectors import network

_IP, _MAC = "IP_ADDRESS", "MAC_ADDRESS"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("patient logged in from client IP 81.2.69.160", (_IP, "81.2.69.160")),
        ("user ip: 81.2.69.160,", (_IP, "81.2.69.160")),
        ("from [IPv6:2600:1700:0:1:2:3:4:5] by mx", (_IP, "2600:1700:0:1:2:3:4:5")),
        ("login from 2a02:ff0:1::17 ok", (_IP, "2a02:ff0:1::17")),
        ("device 3c:22:fb:0a:1b:2c", (_MAC, "3c:22:fb:0a:1b:2c")),
        ("MAC address 3C-22-FB-0A-1B-2C", (_MAC, "3C-22-FB-0A-1B-2C")),
    ],
)
def test_finds_addresses_in_context(values, text, expected):
    assert values(network, text) == [expected]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("upstream 81.2.69.160", "no person near"),
        ("client IP 10.0.3.7", "private (RFC 1918)"),
        ("client IP 127.0.0.1", "loopback"),
        ("user ip 192.0.2.17", "documentation (RFC 5737)"),
        ("client version 1.2.3.4.5", "cut out of a longer number"),
        ("login at 10:22:31", "a time"),
        ("client ip zz1:2:3:4:5:6:7:8", "a part of a longer word"),
        ("hash 3c:22:fb:0a:1b:2c", "no device near"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(network, text) == [], reason

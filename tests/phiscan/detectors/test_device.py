"""Device identifiers and serial numbers."""

import pytest

from phiscan.detectors import device

_DEVICE, _IMEI = "DEVICE_IDENTIFIER", "IMEI_HARDWARE_ID"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "UDI (01)00844588003288(17)141120(10)7654321D(21)10987654d321 ok",
            (_DEVICE, "(01)00844588003288(17)141120(10)7654321D(21)10987654d321"),
        ),
        ("pacemaker serial number PM-4471902 implanted", (_DEVICE, "PM-4471902")),
        ("Device S/N: 4471902", (_DEVICE, "4471902")),
        ("serial no. KX4471902", (_DEVICE, "KX4471902")),
        ("implant serial # 4471-902", (_DEVICE, "4471-902")),
        ('"serialNumber":"AB123456"', (_DEVICE, "AB123456")),
        ("IMEI 490154203237518", (_IMEI, "490154203237518")),
    ],
)
def test_finds_numbers(values, text, expected):
    assert values(device, text) == [expected]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(01)00844588003288", "the device identifier alone names a model"),
        ("parking lot 5 is full", "a place"),
        ("a lot 2024 people", "no device"),
        ("serial number pending", "no number"),
        ('"Device": "b5f810a71f944539"', "no word for a number"),
        ("IMEI 490154203237519", "the check digit is wrong"),
        ("490154203237518", "fifteen digits without a label are anything"),
        ("serial killer 1999", "no number of a device"),
    ],
)
def test_leaves_others(values, text, reason):
    assert values(device, text) == [], reason

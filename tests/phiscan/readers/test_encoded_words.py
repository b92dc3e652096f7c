"""Encoded words of headers are read as what they say."""

import base64

import pytest

import phiscan
from phiscan.finding import Verdict
from phiscan.readers import encoded_words

NOTE = "Patient: Ana Ruiz, SSN 512-44-9031, diagnosis E11.9"


def mail(subject: bytes) -> bytes:
    return (
        b"From: a@b.org\r\nTo: c@d.org\r\nSubject: "
        + subject
        + b"\r\nMIME-Version: 1.0\r\n\r\nhi\r\n"
    )


@pytest.mark.parametrize(
    "subject",
    [
        b"=?utf-8?Q?" + NOTE.replace(" ", "_").encode() + b"?=",
        b"=?utf-8?Q?Patient:_Ana_Ruiz,_SSN_512-44-?=\r\n =?utf-8?Q?9031,_diagnosis_E11.9?=",
        b"=?iso-8859-1?B?" + base64.b64encode(NOTE.encode()) + b"?=",
        b"=?utf-16?B?" + base64.b64encode(NOTE.encode("utf-16")) + b"?=",
        b"=?utf-8*en?q?" + NOTE.replace(" ", "=20").encode() + b"?=",
    ],
)
def test_a_subject_in_encoded_words_is_read_and_masked(subject):
    report = phiscan.scan(mail(subject))
    assert report.verdict is Verdict.PHI
    assert not phiscan.scan(phiscan.redact(mail(subject), report)).identifiers


@pytest.mark.parametrize("raw", [b"=?utf-8?Q?", b"=?x?X?a?=", b"a=?b", b""])
def test_what_is_no_encoded_word_is_left_out(raw):
    assert list(encoded_words.find(raw, 0, len(raw))) == []


@pytest.mark.parametrize("raw", [b"=?utf-8?B?A?=", b"=?no-such?Q?a?=", b"=?zlib?B?QUJD?="])
def test_a_broken_word_breaks_nothing(raw):
    assert len(list(encoded_words.find(raw, 0, len(raw)))) == 1

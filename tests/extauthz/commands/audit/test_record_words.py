import pytest

from extauthz.commands.audit.record_words import mutual_tls, receiver, text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "not known"), ("", "not known"), ("ehr", "ehr"), (0, "0"), (False, "False")],
)
def test_only_what_nobody_has_said_is_not_known(value, text):
    assert text_of(value) == text


def test_the_receiver_is_the_principal_or_else_the_host():
    assert receiver({"destination": "billing", "service": "pay.example.org"}) == "billing"
    assert receiver({"destination": None, "service": "pay.example.org"}) == "pay.example.org"
    assert receiver({"destination": "", "service": ""}) == ""


@pytest.mark.parametrize(
    ("mtls", "vantage", "caller", "said"),
    [
        (True, "inbound", "billing", "proved"),
        (True, "inbound", None, "said only"),
        (True, "inbound", "", "said only"),  # of an earlier release
        (True, "outbound", "ehr", "proved"),
        (False, "inbound", "billing", "no"),
        (False, "inbound", None, "no"),
        (False, "outbound", "ehr", "not known"),  # a sender of an earlier release knew nothing
        (None, "inbound", "billing", "not known"),
        ("true", "inbound", "billing", "not known"),
    ],
)
def test_mutual_tls_is_proved_said_no_or_not_known(mtls, vantage, caller, said):
    assert mutual_tls({"mtls": mtls, "vantage": vantage, "caller": caller}) == said


def test_a_client_over_http_proves_no_connection():
    record = {"mtls": True, "vantage": "inbound", "caller": "billing", "asked": "http"}
    assert mutual_tls(record) == "said only"

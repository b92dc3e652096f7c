"""A redaction also masks the other spellings of the found values, and nothing else."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict
from phiscan.redaction.redact import masked


def redacted(data):
    data = data.encode()
    masked = phiscan.redact(data, phiscan.scan(data))
    assert phiscan.redact(masked, phiscan.scan(masked)) == masked
    return masked.decode()


@pytest.mark.parametrize(
    ("label", "value", "other"),
    [
        ("ssn", "512-44-9031", "512449031"),
        ("ssn", "512449031", "512-44-9031"),
        ("ssn", "512-44-9031", "512 44 9031"),
        ("phone", "+1 (616) 555-0142", "6165550142"),
        ("phone", "6165550142", "616.555.0142"),
        ("mrn", "MRN-00481-223", "mrn00481223"),
        ("mrn", "A1001799", "a1001799"),
        ("memberId", "W123-456-789", "W123456789"),
        ("mbi", "1EG4-TE5-MK72", "1EG4TE5MK72"),
        ("email", "Ana.Ruiz@mail.example", "ana.ruiz@mail.example"),
    ],
)
def test_another_spelling_under_a_key_that_says_nothing_is_masked(label, value, other):
    document = {label: value, "x1": other, "x2": f"see {other}."}
    masked = json.loads(redacted(json.dumps(document)))
    assert masked == {label: "XXX", "x1": "XXX", "x2": "see XXX."}


def test_a_number_of_json_stays_a_number():
    assert json.loads(redacted('{"ssn": "512-44-9031", "k": 512449031}')) == {"ssn": "XXX", "k": 0}


@pytest.mark.parametrize("other", ["RUIZ^ANA", "Ruiz, Ana", "ana ruiz", "ANA RUIZ", "ruiz,ana"])
@pytest.mark.parametrize(
    "document",
    [
        {"patientName": "Ana Ruiz"},
        {"patient": {"firstName": "Ana", "lastName": "Ruiz"}},
        {"patientName": "Ruiz, Ana"},
    ],
)
def test_a_name_in_another_order_is_masked_word_by_word(document, other):
    masked = json.loads(redacted(json.dumps({**document, "x": f"<{other}>"})))
    assert masked["x"] in (
        "<XXX>",
        "<" + other.upper().replace("RUIZ", "XXX").replace("ANA", "XXX") + ">",
    )


def test_the_components_of_a_message_stay_as_many():
    message = "MSH|^~\\&|A|B|C|D|20240102||ADT^A01|1|P|2.5\rPID|1||88123^^^H^MR||OKONKWO^ADAEZE\rNTE|1||OKONKWO^ADAEZE, seen as Adaeze Okonkwo\r"
    masked = redacted(message)
    assert "okonkwo" not in masked.lower()
    assert masked.count("^") == message.count("^")


def test_what_is_longer_or_common_is_left():
    document = {
        "ssn": "512-44-9031",
        "patientFirstName": "Ana",
        "order": "A512449031",
        "serial": "5124490312",
        "city_code": "Ana",
        "zip": "X",
        "memo": "banana",
    }
    masked = json.loads(redacted(json.dumps(document)))
    assert {k: masked[k] for k in ("order", "serial", "memo")} == {
        "order": "A512449031",
        "serial": "5124490312",
        "memo": "banana",
    }


def test_only_what_is_redacted_is_looked_for():
    data = b'{"ssn": "512-44-9031", "phone": "6165550142", "x": "512449031 616-555-0142"}'
    report = phiscan.scan(data)
    phones = [f for f in report.findings if f.info_type == "PHONE_NUMBER"]
    found = json.loads(masked(data, report, phones).data)
    assert found == {"ssn": "512-44-9031", "phone": "XXX", "x": "512449031 XXX"}


def test_the_result_is_clean():
    data = b'{"patientName": "Ana Ruiz", "ssn": "512-44-9031", "diagnosis": "asthma", "note": "Ruiz, Ana (512449031)"}'
    assert phiscan.scan(phiscan.redact(data, phiscan.scan(data))).verdict is Verdict.HEALTH

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from atrest.readers.objects.s3_errors import read_error
from atrest.source import Reason


def answered(code: str, message: str = "s3://clinic/ruiz_ana.pdf") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "GetObject")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("NoSuchKey", Reason.GONE),
        ("PreconditionFailed", Reason.CHANGED),
        ("InvalidObjectState", Reason.ARCHIVED),
        ("AccessDenied", Reason.NOT_PERMITTED),
        ("ExpiredToken", Reason.REFUSED),
        ("SlowDown", Reason.UNREACHABLE),
    ],
)
def test_a_code_of_the_store_is_a_reason(code: str, reason: Reason):
    found = read_error(answered(code))
    assert found.reason is reason
    assert found.detail == code


def test_an_object_whose_key_only_its_owner_has_is_encrypted():
    message = "The object was stored using a form of Server Side Encryption. The correct parameters"
    assert read_error(answered("InvalidRequest", message)).reason is Reason.ENCRYPTED
    assert read_error(answered("InvalidRequest", "no")).reason is Reason.UNREACHABLE


def test_no_text_of_the_store_is_kept_even_where_a_code_should_stand():
    found = read_error(answered("no such object: ruiz_ana.pdf"))
    assert "ruiz" not in str(found)


def test_what_happens_before_the_store_answers_is_a_reason_with_its_class():
    assert read_error(NoCredentialsError()).reason is Reason.REFUSED
    found = read_error(EndpointConnectionError(endpoint_url="http://ruiz"))
    assert found.reason is Reason.UNREACHABLE
    assert found.detail == "EndpointConnectionError"

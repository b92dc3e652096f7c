"""Readings of wearables: PHI beside a person or an account, health alone, nothing of a device."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict

PHI, HEALTH, NONE = Verdict.PHI, Verdict.HEALTH, Verdict.NONE
IDENTIFIERS = Verdict.IDENTIFIERS
NAME = {"fullName": "Marcus Hollingsworth", "dateOfBirth": "1981-04-12"}
TOKEN = "8f57a6f1-26ba-4b05-a7cd-c6b525a4c7a2"
HEART = {"activities-heart": [{"dateTime": "2024-05-01", "value": {"restingHeartRate": 61}}]}
SLEEP = {"sleep": [{"dateOfSleep": "2024-05-01", "logId": 44012345678, "minutesAsleep": 407}]}
SCALE = {"weight": [{"bmi": 23.57, "date": "2024-03-05", "logId": 1330991999000, "weight": 73}]}
DAILY = {"summaryId": "x153a9f3", "restingHeartRateInBeatsPerMinute": 64, "steps": 4210}
BODY = {"summaryId": "x153a9f3", "weightInGrams": 75450, "bodyFatInPercent": 17.1}
FIT = {
    "dataSourceId": "derived:com.google.heart_rate.bpm:com.google.android.gms:merge",
    "point": [{"startTimeNanos": "1388534400000000000", "value": [{"fpVal": 71.0}]}],
}
POINTS = [{"dataTypeName": "com.google.weight", "value": [{"fpVal": 71.5}]}]
NIGHT = {"session": [{"id": "a", "startTimeMillis": "1388534400000", "activityType": 72}]}
CONNECT = {
    "recordType": "HeartRate",
    "startTime": "2024-05-01T10:00:00Z",
    "samples": [{"time": "2024-05-01T10:00:00Z", "beatsPerMinute": 71}],
    "metadata": {"id": "3b5f9d2e", "dataOrigin": "com.fitbit.FitbitMobile"},
}
WITHINGS = {"body": {"measuregrps": [{"measures": [{"value": 65750, "type": 1, "unit": -3}]}]}}


def _found(document):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    report = phiscan.scan(data)
    values = {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in report.findings
        if f.detector == "wearable" and f.identifier is not None
    }
    return report.verdict, values


@pytest.mark.parametrize(
    ("document", "account"),
    [
        # Fitbit: the user beside the logs, the owner of a subscription, the profile itself
        ({"user": {"encodedId": "7RQKNW"}, **HEART}, "7RQKNW"),
        ({"ownerId": "7RQKNW", **SLEEP}, "7RQKNW"),
        ({"ownerId": "7RQKNW", **SCALE}, "7RQKNW"),
        ({"ownerId": "7RQKNW", "body-weight": [{"value": "73.2"}]}, "7RQKNW"),
        ({"user": {"encodedId": "7RQKNW", "weight": 91.2}}, "7RQKNW"),
        # Garmin: each summary names its user
        ({"dailies": [{"userAccessToken": TOKEN, **DAILY}]}, TOKEN),
        ([{"userAccessToken": TOKEN, **BODY}], TOKEN),
        # Google Fit and Health Connect: the app adds whose it is
        ({"userId": "108234567890123456789", **FIT}, "108234567890123456789"),
        ({"userId": "u-7731", "point": POINTS}, "u-7731"),
        ({"userId": "u-7731", **NIGHT}, "u-7731"),
        ({"userId": "u-7731", "records": [CONNECT]}, "u-7731"),
        ({"userid": 12345678, **WITHINGS}, "12345678"),
        ({"userid": 12345678, "series": [{"data": {"deepsleepduration": 5400}}]}, "12345678"),
    ],
)
def test_a_reading_and_its_account_are_phi(document, account):
    assert _found(document) == (PHI, {("ACCOUNT_NUMBER", account)})


@pytest.mark.parametrize(
    "reading", [HEART, SLEEP, SCALE, DAILY, BODY, FIT, {"point": POINTS}, NIGHT, CONNECT, WITHINGS]
)
def test_a_reading_is_phi_beside_a_name_and_health_alone(reading):
    assert _found({"user": NAME, "records": [reading]})[0] is PHI
    assert _found({"user": NAME, **reading})[0] is PHI
    assert _found(reading)[0] is HEALTH


def test_lines_of_readings():
    line = {"userAccessToken": TOKEN, **DAILY}
    data = b"\n".join(json.dumps(each).encode() for each in (line, line, DAILY))
    assert _found(data) == (PHI, {("ACCOUNT_NUMBER", TOKEN)})


@pytest.mark.parametrize(
    "document",
    [
        # a description of the interface: its examples are nobody's
        {
            "openapi": "3.0.3",
            "paths": {"/dailies": {"get": {"example": [{"userAccessToken": TOKEN, **DAILY}]}}},
            "components": {"schemas": {"Heart": {"restingHeartRate": {"type": "integer"}}}},
        },
        # a data source tells of a device and an app, and has no readings
        {
            "userId": "u-7731",
            "dataSource": [
                {
                    "dataStreamId": FIT["dataSourceId"],
                    "dataType": {"name": "com.google.heart_rate.bpm"},
                    "device": {"manufacturer": "Acme", "type": "watch", "version": "1"},
                }
            ],
        },
        # positions, and a session on a bicycle: no state of a body
        {
            "userId": "u-7731",
            "point": [{"dataTypeName": "com.google.location.sample", "value": [{"fpVal": 51.5}]}],
        },
        {"userId": "u-7731", "session": [{"startTimeMillis": "1388534400000", "activityType": 1}]},
        # what an app asks to read
        {"userId": "u-7731", "permissions": [{"accessType": "read", "recordType": "HeartRate"}]},
        # trackers and their firmware
        [{"userId": "u-7731", "deviceVersion": "Charge 5", "battery": "High", "firmware": "1.171"}],
        # nothing was measured
        {"ownerId": "7RQKNW", "activities-heart": [{"value": {"restingHeartRate": 0}}]},
        {"ownerId": "7RQKNW", "activities-heart": []},
        # a subscription tells that there is news, not what it is
        [{"collectionType": "sleep", "ownerId": "7RQKNW", "subscriptionId": "1"}],
        # a song, a parcel, and a weighing of goods
        {"userId": "u-7731", "song": {"beatsPerMinute": 120, "dataOrigin": "import"}},
        {"userId": "u-7731", "parcel": {"weightInGrams": 500, "logId": 77}},
        {"ownerId": "C-7731", "logId": 881, "weight": 73},
        # a booking of a class
        {"userId": "u-7731", "logId": 7, "startTime": "2024-05-01T10:00:00Z", "type": "Weight"},
    ],
)
def test_what_is_no_reading_is_silent(document):
    assert _found(document) == (NONE, set())


@pytest.mark.parametrize(
    "document",
    [
        # a chart of a dashboard: a mean of many
        {"title": "Resting heart rate", "series": [{"day": "2024-05-01", "restingHeartRate": 64}]},
        # `-` is Fitbit's current user, and the others stand for an id
        {"ownerId": "-", **SLEEP},
        {"userId": "string", **SLEEP},
        {"userId": "{userId}", **SLEEP},
        {"userAccessToken": "XXX", **DAILY},
        # whose account it is does not show: the reading stands elsewhere
        {"createdBy": {"userId": "u-7731"}, "chart": HEART},
    ],
)
def test_a_reading_without_a_person_is_health(document):
    assert _found(document) == (HEALTH, set())


def test_an_account_without_readings_stays_identifiers():
    # the same user, whose profile has no measure
    assert _found({"user": {"encodedId": "7RQKNW", **NAME}})[0] is IDENTIFIERS


def test_columns_of_another_model_are_read_as_before():
    # `value` and `type` are keys of wearables only beside a reading
    row = {"person_id": 1207, "condition_concept_id": 201826, "value": 3, "type": "x", "time": "1"}
    plain = {key: row[key] for key in ("person_id", "condition_concept_id")}
    first, second = (phiscan.scan(json.dumps(each).encode()) for each in (row, plain))
    assert [f.info_type for f in first.findings] == [f.info_type for f in second.findings]

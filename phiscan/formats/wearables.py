"""Readings of wearables and scales in JSON: Fitbit, Garmin, Google Fit, Health Connect, Withings.

    {"user": {"encodedId": "7RQKNW"}, "activities-heart": [{"value": {"restingHeartRate": 61}}]}
    {"dailies": [{"userAccessToken": "8f57...", "summaryId": "x15", "restingHeartRate...": 64}]}
    {"dataSourceId": "derived:com.google.heart_rate.bpm:...", "point": [{"value": [{"fpVal": 71}]}]}
    {"recordType": "HeartRate", "startTime": "...", "metadata": {"dataOrigin": "..."}}

A reading is health information about the one person who wears the device. The account it belongs to
is an identifier of theirs. Neither is PHI without the other: a reading without an account, a name
or a birth date is nobody's. What such an interface says of devices, data sources, goals and
permissions is no reading.

Sources: Fitbit Web API, Garmin Health API, Google Fit REST, Health Connect records, Withings API.
"""

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Final

from phiscan.evidence import Evidence, shown_path
from phiscan.finding import Location, Subject
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_walk import Frame, Leaf
from phiscan.words.labels import is_masked

_DETECTOR: Final = "wearable"
SIGNS: Final = (
    # matches `"restingHeartRate":`, `"activities-heart" :`; not `"heartRate":`
    r'"(?:activities-(?:heart|steps|calories)(?:-intraday)?|restingHeartRate|minutesAsleep|logId'
    # matches `"summaryId":`, `"measuregrps":`; not `"summary":`
    r"|encodedId|summaryId|measuregrps|deepsleepduration|dataOrigin|fpVal|intVal"
    r'|body-(?:weight|fat|bmi)|startTimeMillis)"\s*:',
)
"""Hyperscan expressions, one of which occurs in each document with readings."""
_ALONE: Final = frozenset(
    "restingHeartRate minutesAsleep deepsleepduration lightsleepduration remsleepduration".split()
)
"""Keys of readings that mean nothing else, wherever they stand."""
_BESIDE: Final = MappingProxyType(
    {
        "summaryId": frozenset(
            "restingHeartRateInBeatsPerMinute averageHeartRateInBeatsPerMinute "
            "minHeartRateInBeatsPerMinute maxHeartRateInBeatsPerMinute averageStressLevel "
            "deepSleepDurationInSeconds lightSleepDurationInSeconds remSleepInSeconds "
            "awakeDurationInSeconds weightInGrams bodyFatInPercent bodyMassIndex "
            "muscleMassInGrams boneMassInGrams bodyWaterInPercent vo2Max fitnessAge systolic "
            "diastolic pulse lastNightAvg".split()
        ),
        "logId": frozenset("bmi fat averageHeartRate".split()),
        "encodedId": frozenset("weight averageDailySteps".split()),
    }
)
"""Keys of readings that may be anything's, and the key beside which they are a person's.

A parcel has a `weightInGrams` and a boxer a `weight`; neither has the id of a summary or of a user.
"""
_SERIES: Final = frozenset(
    "activities-heart activities-heart-intraday activities-steps activities-calories body-weight "
    "body-fat body-bmi measuregrps".split()
)
"""Keys of lists in which each `value` is a reading."""
_VALUES: Final = frozenset(("fpVal", "intVal"))
"""Keys of a value of Google Fit, whose data type stands at the point or at the data set."""
_TYPES: Final = frozenset("dataSourceId dataTypeName".split())
# Data types of Google Fit that tell of a body; not those of positions, speed and power.
# matches "derived:com.google.heart_rate.bpm:x"; not "com.google.location.sample"
_OF_BODY: Final = re.compile(
    r"(?:^|:)com\.google\.(?:heart_rate|heart_minutes|weight|height|body|sleep|blood|oxygen|"
    r"step_count|calories|menstruation|cervical|ovulation|vaginal|nutrition|hydration)\b"
)
_SLEEP: Final = frozenset("72 109 110 111 112".split())
"""Activity types of a session of Google Fit that are sleep and its stages."""
# The kinds of records of Health Connect that are about a body.
# matches "HeartRate", "SleepSessionRecord"; not "Heartbeat", "ExerciseRouteRecord"
_KINDS: Final = re.compile(
    r"(?:HeartRate|HeartRateVariabilityRmssd|RestingHeartRate|Sleep(?:Session|Stage)|Weight|Height|"
    r"BodyFat|BodyTemperature|BoneMass|LeanBodyMass|BloodPressure|BloodGlucose|OxygenSaturation|"
    r"RespiratoryRate|Vo2Max|Steps|Menstruation(?:Flow|Period)|OvulationTest|CervicalMucus|"
    r"IntermenstrualBleeding|SexualActivity|BasalMetabolicRate|Nutrition|Hydration)(?:Record)?"
)
_TIMES: Final = frozenset("startTime time".split())
_ACCOUNTS: Final = frozenset("userAccessToken encodedId ownerId userId userid user_id".split())
"""Keys of the account that a reading belongs to."""
_HOLDERS: Final = frozenset(("user", "owner"))
"""Objects that describe whose the readings beside them are."""
# An issued id or token. matches "7RQKNW", "12345678", "8f57a6f1-26ba"; not "-", "me", "{userId}"
_ISSUED: Final = re.compile(r"(?=[^0-9A-Z]{0,256}[0-9A-Z])[\w.|-]{4,512}")
# matches "61" and "23.57"; not "0", "int"
_NUMBER: Final = re.compile(r"(?=[0.]{0,18}[1-9])\d{1,18}(?:\.\d{1,18})?")
_DESCRIBES: Final = frozenset("paths components definitions webhooks $defs examples".split())
"""Outermost keys of OpenAPI and of JSON Schema, whose examples are nobody's."""
_LEVELS: Final = 8
"""The most objects and arrays from a value of Google Fit to what names its data type."""
WANTED: Final = (
    _ALONE.union(*_BESIDE.values())
    | frozenset(_BESIDE)
    | _VALUES
    | _TYPES
    | _TIMES
    | _ACCOUNTS
    | frozenset("value recordType type activityType startTimeMillis dataOrigin packageName".split())
)
"""Keys whose values are read."""


def take(data: bytes, evidence: Evidence, leaves: Sequence[Leaf]) -> Sequence[Leaf]:
    """Add the readings among `leaves` and the accounts that they belong to.

    Returns:
        The leaves that are neither.

    Cost: a look at each leaf, and one at each object around a reading.
    """
    marked = _Marked(data, evidence.context.timed(leaves))
    around: set[int] = set()
    taken: set[int] = set()
    told: set[str] = set()
    for leaf in evidence.context.timed(leaves):
        if marked.is_reading(leaf):
            taken.add(leaf.start)
            _note(around, leaf.frame)
            if leaf.key not in told:  # once for each kind: a day has thousands of readings
                told.add(leaf.key)
                _add(evidence, "LAB_RESULT", leaf, Subject.PATIENT)
    if not around:
        return leaves
    for leaf in evidence.context.timed(leaves):
        if leaf.key in _ACCOUNTS and id(_owned(leaf.frame)) in around:
            value = decode(data[leaf.start : leaf.end])
            if _ISSUED.fullmatch(value) and not is_masked(value):
                taken.add(leaf.start)
                _add(evidence, "ACCOUNT_NUMBER", leaf, Subject.PERSON)
    return [leaf for leaf in leaves if leaf.start not in taken]


class _Marked:
    """The objects that a key or a value in them shows to be a reading of some interface."""

    def __init__(self, data: bytes, leaves: Iterator[Leaf]) -> None:
        self._data = data
        self._beside: set[tuple[int, str]] = set()
        self._typed: dict[int, bool] = {}
        self._timed: set[int] = set()
        self._records: set[int] = set()
        for leaf in leaves:
            self._mark(leaf)

    def _mark(self, leaf: Leaf) -> None:
        key, frame = leaf.key, leaf.frame
        if key in _BESIDE:
            self._beside.add((id(frame), key))
        elif key in _TYPES:
            is_of_body = _OF_BODY.search(self._text(leaf)) is not None
            self._typed[id(frame)] = is_of_body or self._typed.get(id(frame), False)
        elif key in _TIMES or key == "startTimeMillis":
            self._timed.add(id(frame))
        elif key == "dataOrigin" or (key == "packageName" and frame.place.key == "dataOrigin"):
            metadata = frame if key == "dataOrigin" else frame.parent
            if metadata is not None and metadata.parent is not None:
                self._records.add(id(metadata.parent))

    def is_reading(self, leaf: Leaf) -> bool:
        """Whether a leaf is a reading of somebody."""
        key, frame = leaf.key, leaf.frame
        if key not in WANTED or leaf.path[0] in _DESCRIBES:
            return False
        if key in ("recordType", "type"):
            is_record = id(frame) in self._records and id(frame) in self._timed
            return is_record and _KINDS.fullmatch(self._text(leaf)) is not None
        if key == "activityType":
            return id(frame) in self._timed and self._text(leaf) in _SLEEP
        is_one = (
            key in _ALONE
            or (key == "value" and not _SERIES.isdisjoint(leaf.path))
            or any(
                key in keys and (id(frame), beside) in self._beside
                for beside, keys in _BESIDE.items()
            )
            or (key in _VALUES and self._is_of_body(frame))
        )
        return is_one and _NUMBER.fullmatch(self._text(leaf)) is not None

    def _is_of_body(self, frame: Frame | None) -> bool:
        """Whether the nearest data type around a value of Google Fit is one of a body."""
        for _ in range(_LEVELS):
            if frame is None or id(frame) in self._typed:
                break
            frame = frame.parent
        return frame is not None and self._typed.get(id(frame), False)

    def _text(self, leaf: Leaf) -> str:
        return decode(self._data[leaf.start : leaf.end])


def _note(around: set[int], frame: Frame | None) -> None:
    """Add an object and all that hold it."""
    while frame is not None and id(frame) not in around:
        around.add(id(frame))
        frame = frame.parent


def _owned(frame: Frame) -> Frame:
    """The object whose readings are those of the account in `frame`."""
    above = frame.parent
    return above if above is not None and frame.place.key in _HOLDERS else frame


def _add(evidence: Evidence, info_type: str, leaf: Leaf, subject: Subject) -> None:
    location = Location(shown_path(leaf.path, WANTED | _SERIES), leaf.start, leaf.end)
    evidence.add(_DETECTOR, info_type, location, subject)

"""Kept units of a made-up hospital, for the tests of what is made from a catalogue."""

from collections import Counter

from atrest.catalogue import Kept
from atrest.profile import NAME, Column, Hit, Profile, Shape
from atrest.protection import Evidence, Protection, Shield
from atrest.source import Method, Reason, Unlisted
from atrest.unit import UnitKind
from phiscan.finding import Gap, Likelihood, Subject, Verdict

READ_AT = "2026-11-30T08:00:00Z"
LIKELY, POSSIBLE = Likelihood.VERY_LIKELY, Likelihood.POSSIBLE


def hit(info_type, field="", likelihood=LIKELY, subject=Subject.PATIENT, detector="csv_column"):
    return Hit(field, info_type, likelihood, subject, detector)


def column(hits, rows=500, filled=480, shapes=None, texts=0):
    return Column(rows, filled, Counter(hits), Counter(shapes or {}), texts)


def stored(shield, answer="aws:kms"):
    return Protection((Evidence("GetBucketEncryption", answer, shield),))


PATIENTS = Kept(
    "a1" * 16,
    "postgres://db.clinic/ehr",
    "public.patient",
    UnitKind.TABLE,
    "v1",
    "d1g3st",
    Profile(
        rows=500,
        bytes=40_000,
        columns={
            "mrn": column(
                {hit("MEDICAL_RECORD_NUMBER"): 480},
                shapes={Shape("MEDICAL_RECORD_NUMBER", "A-999999"): 480},
            ),
            "note": column(
                {
                    hit("PERSON_NAME", detector="prose", likelihood=Likelihood.LIKELY): 12,
                    hit("DIAGNOSIS", field="Condition.code", subject=Subject.PATIENT): 30,
                    hit("US_SOCIAL_SECURITY_NUMBER", likelihood=POSSIBLE): 1,
                },
                texts=480,
            ),
            "id": column({}),
        },
        verdicts=Counter({Verdict.PHI.value: 2}),
        methods=Counter([Method.BERNOULLI.value]),
    ),
    Protection((), (Evidence("pg_stat_ssl", "TLSv1.3", Shield.UP),)),
    READ_AT,
)
EXPORT = Kept(
    "b2" * 16,
    "s3://archive",
    "2019/XXX export.csv",
    UnitKind.OBJECT,
    "etag",
    "d1g3st",
    Profile(
        rows=20,
        documents=1,
        bytes=900,
        columns={
            "full_name": column({hit("PERSON_NAME"): 20}, 20, 20),
            "phone": column({hit("PHONE_NUMBER"): 20}, 20, 20),
            NAME: column({hit("PERSON_NAME", detector="prose")}, 1, 1),
        },
        verdicts=Counter({Verdict.PHI.value: 1}),
        gaps=Counter([Gap.OVER_LIMIT.value]),
        methods=Counter([Method.BLOCKS.value]),
    ),
    stored(Shield.DOWN, "none"),
    READ_AT,
)
SCAN = Kept(
    "c3" * 16,
    "file:///data",
    "scans/letter.pdf",
    UnitKind.FILE,
    "1:2",
    "d1g3st",
    Profile(
        documents=1,
        bytes=5_000,
        columns={"": column({hit("PERSON_NAME", detector="prose"): 1}, 1, 1)},
        verdicts=Counter({Verdict.IDENTIFIERS.value: 1}),
    ),
    stored(Shield.UP, "CRYPT-LUKS2"),
    READ_AT,
)
WARDS = Kept(
    "d4" * 16,
    "postgres://db.clinic/ehr",
    "public.ward",
    UnitKind.TABLE,
    "",
    "d1g3st",
    Profile(rows=30, bytes=300, columns={"code": column({}, 30, 30)}),
    Protection(),
    READ_AT,
)
LOCKED = Kept(
    "e5" * 16,
    "file:///data",
    "secret/=x.csv",
    UnitKind.FILE,
    "",
    "d1g3st",
    Profile(unread=Counter([Reason.NOT_PERMITTED.value])),
    Protection(),
    READ_AT,
    "permission denied",
)
UNITS = (EXPORT, LOCKED, SCAN, PATIENTS, WARDS)
PLACES = (Unlisted("file:///data", "closed\u2028room", Reason.NOT_PERMITTED, "permission denied"),)


def profile(*info_types, rows=100):
    """A table whose column `c` holds these infoTypes in every row."""
    hits = {
        Hit("", name, Likelihood.LIKELY, Subject.PATIENT, "csv_column"): rows for name in info_types
    }
    return Profile(rows=rows, columns={"c": Column(rows, rows, Counter(hits))})


def kept(found, *, key="ab12", source="sqlite:///a.db", name="t", version="1"):
    """A unit with this profile."""
    return Kept(
        key,
        source,
        name,
        UnitKind.TABLE,
        version,
        "d1",
        found,
        Protection(),
        READ_AT,
    )

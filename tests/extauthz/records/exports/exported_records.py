"""Records as a ledger holds them, and records that somebody forged."""

import orjson
from hypothesis import strategies as st
from judgements import JUDGEMENT

from extauthz.records.exports.values import KEYS
from extauthz.records.judgement import ledger_record
from extauthz.records.ledger import chain

RECORD = {
    **ledger_record(JUDGEMENT),
    "schema": 2, "exchange": "exchange-1", "piece": 1, "parts": ["csv", "text"],
    "infoTypes": {"PERSON_NAME": 2, "URL": 1}, "identifiers": ["A", "O"], "tipped": ["PERSON_NAME"],
    "rules": ["ehr-to-billing"], "audits": {"tighter": "DENY"}, "policy": "9212d0",
    "destination": "cluster.local/ns/a/sa/c", "service": "c.a.svc", "caller": "cluster.local/ns/a/sa/p",
    "mtls": True, "time": "2026-11-01T08:00:00.123456Z", "worker": 3, "seq": 7,
    "prev": "a" * 64, "hash": "b" * 64,
    "asked": "http",  # of a client, and not of a proxy
    # no decision has these: they are of a summary
    "count": 3, "bytes": 12, "from": "2026-11-01T08:00:00.123456Z", "to": "2026-11-01T08:00:00.123456Z",
}  # fmt: skip

ODD = ["\n", "\r\n", "\x00", "\x1b[31m", "\x85", "\u2028", "|", "=", "\\", '"', "]", "[", ",", "'", " ", "a=b", "x]y", "cs1=z", "\\\n", '"] [evil@1 a="']  # fmt: skip
TEXTS = st.lists(
    st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=4)),
    max_size=6,
).map("".join)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False), TEXTS
)
VALUES = st.one_of(
    SCALARS, st.lists(SCALARS, max_size=3), st.dictionaries(TEXTS, SCALARS, max_size=3)
)
FORGED = st.dictionaries(st.sampled_from(KEYS), VALUES).map(
    lambda forged: {**RECORD, **forged, "kind": "decision"}
)


def as_read(record):
    """Return the record as `audit export` reads it: what JSON cannot hold is gone."""
    return orjson.loads(orjson.dumps(record))


def sealed_keys():
    """Return the keys of a decision's line."""
    line, _ = chain.seal({**ledger_record(JUDGEMENT), "time": ""}, chain.GENESIS_HEAD)
    return set(orjson.loads(line))

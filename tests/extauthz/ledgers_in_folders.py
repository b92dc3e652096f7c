"""Ledgers of several replicas, for tests of what finds something in them."""

import itertools

from extauthz.records.ledger.file import FileLedger

EHR, LAB = "cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/clinic/sa/lab"
BILLING = "cluster.local/ns/finance/sa/billing"
DIGEST, OTHER_DIGEST = "9212d0" + "a" * 58, "7" * 64
POLICY_TEXT = """\
metadata: {name: clinic}
spec:
  rules:
  - name: ehr-to-billing
    from: [{principals: [ehr]}]
    phi: {request: {allow: [A]}}
  - {name: flow, from: [{}]}
"""
POLICY = {
    "kind": "policy", "policy": DIGEST, "name": "clinic", "mode": "enforce",
    "texts": {"policy.yaml": POLICY_TEXT}, "version": "0.1.0", "day": "2026-11-01",
    "exceptions": {}, "ended": [], "problems": [], "detectors": {"version": "", "sets": {}},
}  # fmt: skip
DECISION = {
    "kind": "decision", "decision": "DENY", "enforced": True, "observed": False,
    "reason": "MINIMUM_NECESSARY", "verdict": "phi", "coverage": "COMPLETE", "gap": "",
    "media": "json", "parts": [], "opaque": 0, "identifiers": ["A", "F"],
    "infoTypes": {"PERSON_NAME": 1, "EMAIL_ADDRESS": 2}, "tipped": ["EMAIL_ADDRESS"],
    "rules": ["ehr-to-billing"], "audits": {}, "policy": DIGEST, "source": EHR,
    "destination": BILLING, "service": None, "caller": BILLING, "mtls": True,
    "direction": "request", "vantage": "inbound", "trace": "0" * 32, "piece": 1,
}  # fmt: skip
SUMMARY = {
    "kind": "summary", "count": 40, "bytes": 5000, "from": "2026-11-01T00:59:59.100000Z",
    "to": "2026-11-01T00:59:59.900000Z", "decision": "ALLOW", "enforced": True, "reason": "NO_PHI",
    "verdict": "none", "coverage": "COMPLETE", "rules": ["ehr-to-billing"], "policy": DIGEST,
    "source": EHR, "destination": BILLING, "service": None, "caller": BILLING, "mtls": True,
    "direction": "request", "vantage": "inbound",
}  # fmt: skip


def written(folder, *records, worker=0, day=1):
    """Write a chain. A record gets an id of its own, such as `00000000000000000000000000010203`:
    day 1, worker 2, third record."""
    hours = itertools.count()
    ledger = FileLedger(folder, worker, lambda: f"2026-11-{day:02}T{next(hours):02}:00:00.000000Z")
    for number, record in enumerate(records):
        identity = f"{day:028x}{worker:02x}{number:02x}"[-32:]
        is_decision = record.get("kind", "decision") == "decision"
        usual = {"id": identity, "exchange": identity, **DECISION} if is_decision else {}
        ledger.append({**usual, **record})
    ledger.close()
    return ledger.head.hash

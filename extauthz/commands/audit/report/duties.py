"""Which duties of HIPAA a report is evidence for, and what it does not show.

The rules are paraphrased; 45 CFR has their text.
"""

from typing import Final

DUTIES: Final = (
    (
        "45 CFR 164.312(b)",
        "Audit controls: record and examine activity in systems that hold PHI.",
        "Decisions, denials, verification. Each decision on a message has a record, written before "
        "the message went on, unless the policy has those without findings counted.",
    ),
    (
        "45 CFR 164.308(a)(1)(ii)(D)",
        "Review of information system activity, regularly.",
        "Reviews: who has reviewed which period, signed. This page is what was reviewed.",
    ),
    (
        "45 CFR 164.312(e)(1) and (2)",
        "Transmission security: guard PHI on a network, with encryption.",
        "Connections without mutual TLS, as the receiver's sidecar said, and what was denied on "
        "them.",
    ),
    (
        "45 CFR 164.316(b)(2)(i)",
        "Keep required documentation for six years.",
        "Policies in force: the text of each policy and when it came into force.",
    ),
)
"""Rule, its subject, and the sections that help to show it."""

LIMITS: Final = (
    "It is no accounting of disclosures (45 CFR 164.528): no patient is recorded, so nobody can "
    "find the disclosures of one patient in it.",
    "It shows messages that passed a guard. A connection that bypasses its sidecar has no record; "
    "`phiguard istio check` looks for such ways.",
    "It says what was found and decided, not that nothing was missed. No detector finds all PHI.",
    "Decisions that were only counted have no record of their own. Their number is written within "
    "about a second; a worker that is killed before loses it.",
    "A chain alone does not show that its end was cut off. Signed checkpoints that are kept "
    "elsewhere do; see `phiguard audit verify`.",
    "A signature says that the key signed, not who held the key.",
    "Whether the guard was up everywhere is known only as of each audit of the posture, and only "
    "where a ledger with such records was given.",
    "It helps to prepare for an audit. It does not certify compliance.",
)

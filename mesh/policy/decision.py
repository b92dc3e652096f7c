"""What is decided and why. Metrics, spans, the ledger and denials use these names and no others."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from phiscan.finding import Coverage, Gap, Verdict
from phiscan.identifiers import Identifier
from phiscan.redaction.masks import MaskForm


class Action(StrEnum):
    """What happens to the message, loosest first."""

    ALLOW = "ALLOW"
    ALERT = "ALERT"
    REDACT = "REDACT"
    DENY = "DENY"

    @property
    def rank(self) -> int:
        """0 for ALLOW to 3 for DENY; a higher rank is stricter."""
        return _RANK[self]


_RANK = {Action.ALLOW: 0, Action.ALERT: 1, Action.REDACT: 2, Action.DENY: 3}


class Mode(StrEnum):
    """How far a policy goes: only `enforce` changes what the mesh does."""

    DISCOVER = "discover"
    MONITOR = "monitor"
    ENFORCE = "enforce"


class Uneventful(StrEnum):
    """How uneventful decisions are recorded (`mesh.policy.eventful`).

    EACH: each in a record of its own.
    SUMMARY: counted by edge. At least once a second a record says how many there were.
    """

    EACH = "each"
    SUMMARY = "summary"


class Refusal(StrEnum):
    """What the sender of a refused HL7 message over MLLP gets.

    NAK: a negative acknowledgement, and the connection goes on.
    CLOSE: the end of the connection.
    """

    NAK = "NAK"
    CLOSE = "CLOSE"


class Reason(StrEnum):
    """Why the action was chosen.

    A closed set: metric labels, span attributes, ledger fields and denial headers use these words.
    """

    # the policy decided
    NO_PHI = "NO_PHI"
    ALLOWED_BY_RULE = "ALLOWED_BY_RULE"
    ALLOWED_BY_DEFAULT = "ALLOWED_BY_DEFAULT"
    ALERTED_BY_RULE = "ALERTED_BY_RULE"
    REDACTED_BY_RULE = "REDACTED_BY_RULE"
    # an entry of `deny` or `redact` names what was found, and the message is no PHI
    NAMED_BY_ENTRY = "NAMED_BY_ENTRY"
    # the gate cannot rewrite the body, and masking it again would change nothing
    MASKED_ALREADY = "MASKED_ALREADY"
    # a canary of `phiguard posture probe`: refused in every mode (`mesh.posture.canary`)
    CANARY = "CANARY"
    # a canary's nonce on another message, or at another place, which the policy would have let pass
    CANARY_ALTERED = "CANARY_ALTERED"
    MINIMUM_NECESSARY = "MINIMUM_NECESSARY"
    # the message was read as a media kind that a rule of the edge does not list
    MEDIA_NOT_ALLOWED = "MEDIA_NOT_ALLOWED"
    EDGE_NOT_ALLOWED = "EDGE_NOT_ALLOWED"
    UNENCRYPTED = "UNENCRYPTED"
    # a part looks encoded or encrypted and decodes to nothing
    OPAQUE = "OPAQUE"
    # the message could not be judged
    UNSCANNABLE = "UNSCANNABLE"
    TRUNCATED = "TRUNCATED"
    PROTOCOL_NOT_ALLOWED = "PROTOCOL_NOT_ALLOWED"
    AMBIGUOUS_PATH = "AMBIGUOUS_PATH"
    CALLER_MISMATCH = "CALLER_MISMATCH"
    REDACTION_UNAVAILABLE = "REDACTION_UNAVAILABLE"
    REDACTION_FAILED = "REDACTION_FAILED"
    # the guard could not do its work
    NO_POLICY = "NO_POLICY"
    OUT_OF_TIME = "OUT_OF_TIME"
    OVERLOADED = "OVERLOADED"
    DRAINING = "DRAINING"
    LEDGER_UNAVAILABLE = "LEDGER_UNAVAILABLE"
    # the process that judged the message died, hung or answered nonsense
    SCANNER_LOST = "SCANNER_LOST"
    # whoever asked has gone before the verdict; nobody gets this answer
    ABORTED = "ABORTED"
    INTERNAL_ERROR = "INTERNAL_ERROR"


GUARD_FAILURES: Final = frozenset(
    {
        Reason.NO_POLICY,
        Reason.OUT_OF_TIME,
        Reason.OVERLOADED,
        Reason.DRAINING,
        Reason.LEDGER_UNAVAILABLE,
        Reason.SCANNER_LOST,
        Reason.INTERNAL_ERROR,
    }
)
"""Failures of the guard: the client may try again later.

All other reasons are the policy's answer, and stay.
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one message, with its diagnostics.

    Args:
        action: what the policy wants; `enforced` says whether the mesh does it.
        reason: why, from the closed set.
        enforced: False in the modes discover and monitor. The message then passes, and the record
            says what would have happened.
        rules: names of the rules of the edge, sorted.
        identifiers: classes of individuals' identifiers that were found, sorted.
        tipped: infoTypes that led to the action, sorted.
        redact: infoTypes to mask when the action is REDACT, sorted.
        policy: digest of the policy revision that decided; empty when there is none.
        audits: AUDIT rules of the edge, sorted by name, each with what it would have done as the
            only rule; those that would have allowed are left out. Nothing else here depends on
            them.
        masks: the form of the mask of each infoType in `redact` that has not the plain one, sorted.
    """

    action: Action
    reason: Reason
    enforced: bool = True
    rules: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    tipped: tuple[str, ...] = ()
    redact: tuple[str, ...] = ()
    verdict: Verdict = Verdict.NONE
    coverage: Coverage = Coverage.COMPLETE
    gap: Gap = Gap.NONE
    policy: str = ""
    audits: tuple[tuple[str, Action], ...] = ()
    masks: tuple[tuple[str, MaskForm], ...] = ()

    @property
    def effect(self) -> Action:
        """What the mesh does with the message: the action, or ALLOW when it is not enforced."""
        return self.action if self.enforced else Action.ALLOW

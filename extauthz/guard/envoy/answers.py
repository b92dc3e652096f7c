"""What both protocols answer: the denial for the client, and the metadata for Envoy.

Envoy's access log can show the metadata.

INVARIANT (closed answers): every value is a word of `mesh.policy.decision`, an identifier class,
the decision's id, or the proof and the nonce of a refused canary. No text of an exception, a header
or a body leaves.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from extauthz.records.judgement import Judgement
from mesh.policy.decision import GUARD_FAILURES, Decision

GRPC_OK: Final = 0
GRPC_PERMISSION_DENIED: Final = 7
GRPC_UNAVAILABLE: Final = 14
OVERWRITE: Final = 2  # HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD


@dataclass(frozen=True, slots=True)
class Denial:
    """What a denied client gets."""

    http_status: int
    grpc_status: int
    headers: tuple[tuple[str, str], ...]
    body: str


def denial(judgement: Judgement) -> Denial:
    """Return the answer for a denied message: 403 by the policy, 503 for a failure of the guard."""
    reason = judgement.decision.reason

    headers = (
        *judgement.canary,
        ("x-phiguard-reason", reason.value),
        ("x-phiguard-decision", judgement.id),
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
    )
    body = orjson.dumps(
        {"error": "denied by phiguard", "reason": reason.value, "decision": judgement.id}
    ).decode()
    if reason in GUARD_FAILURES:
        return Denial(503, GRPC_UNAVAILABLE, headers, body)
    return Denial(403, GRPC_PERMISSION_DENIED, headers, body)


def words(decision: Decision) -> tuple[Hashable, ...]:
    """Return everything that `write_metadata` says, but for the decision's id."""
    return (
        decision.action,
        decision.enforced,
        decision.reason,
        decision.verdict,
        decision.identifiers,
    )


def write_metadata(judgement: Judgement, struct: Any) -> None:  # noqa: ANN401 - protobuf makes this class at run time
    """Write the dynamic metadata of a decision into a protobuf Struct.

    Field by field: `Struct.update` takes twice as long, and every answer has these.
    """
    decision, fields = judgement.decision, struct.fields
    fields["action"].string_value = decision.action.value
    fields["enforced"].bool_value = decision.enforced
    fields["reason"].string_value = decision.reason.value
    fields["decision_id"].string_value = judgement.id
    fields["verdict"].string_value = decision.verdict.value
    identifiers = fields["identifiers"].list_value
    identifiers.SetInParent()  # an empty list is a list too
    for identifier in decision.identifiers:
        identifiers.values.add().string_value = identifier.value

"""What becomes of `grpc-message` in an answer, which Envoy copies into its span.

`mesh.istio.grpc_message` puts the text aside before the guard is asked. Here it gets its name back
where the guard has read it and found nothing. Otherwise the caller gets a fixed text, whatever the
policy allows and whether it enforces or not: a rule says what a caller may see, and never that a
tracing backend may.
"""

from typing import Final

from extauthz.guard.stream_event import MessagePart, StreamEvent
from extauthz.records.judgement import Judgement
from mesh.istio.grpc_message import ASIDE, MESSAGE
from mesh.message.body_digests import UNCHANGED, FieldChanges
from mesh.message.facts import Direction
from phiscan.finding import Coverage

WITHHELD: Final = "withheld by phiguard"


def changes(event: StreamEvent, judgement: Judgement | None) -> FieldChanges:
    """Return the changes to the headers or trailers of a response.

    Args:
        event: the part that is answered.
        judgement: of that part, or None while there is none.
    """
    if event.direction is not Direction.RESPONSE or event.part is MessagePart.BODY:
        return UNCHANGED
    is_aside = ASIDE in event.headers
    if not is_aside and MESSAGE not in event.headers:
        return UNCHANGED
    keeps = judgement is not None and _found_nothing(judgement)
    if keeps and not is_aside:
        return UNCHANGED
    text = event.headers.get(ASIDE if is_aside else MESSAGE) if keeps else WITHHELD
    return FieldChanges((ASIDE,) if is_aside else (), ((MESSAGE, text),))


def _found_nothing(judgement: Judgement) -> bool:
    report = judgement.report
    return report.coverage is Coverage.COMPLETE and not report.findings

"""What each path of the HTTP interface does: scan, redact, decide, and say how it is.

A decision goes the way of Envoy's: the same inspection, the same policy snapshot, the same record
in the ledger, the same span. A scan and a redaction ask no policy and leave no record, but
counts.
"""

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from extauthz.guard.http import openapi, question
from extauthz.guard.http.messages import JSON, Code, ProblemError, Reply, Request, json_reply
from extauthz.guard.http.question import Question
from extauthz.guard.inspection import Call, InspectionContext
from extauthz.records import logs
from extauthz.records.allow_list import SpanName
from extauthz.records.judgement import Judgement
from extauthz.scanning.document import Document, DocumentWork, examine
from extauthz.scanning.estimate import is_dear_body
from extauthz.scanning.frames import Examined
from extauthz.scanning.pool import LostError, NoRoomError
from mesh.policy.decision import Action, Reason

_SCAN: Final = "scan"
_REDACT: Final = "redact"
Handler = Callable[[Request], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """What may be asked at one path.

    Args:
        method: the only one.
        handler: answers.
        media: what a body must be; empty for anything.
        decides: whether what it refuses is a decision, with a record.
        reads: whether it takes a body. What takes none is answered in a drain and under load too.
    """

    method: str
    handler: Handler
    media: str = ""
    decides: bool = False
    reads: bool = True


class Service:
    """The handlers.

    Args:
        inspections: what every inspection needs.
        is_ready: returns whether the worker would decide.
    """

    def __init__(self, inspections: InspectionContext, is_ready: Callable[[], bool]) -> None:
        self._inspections = inspections
        self._is_ready = is_ready
        self.routes: Final[Mapping[str, Route]] = {
            "/v1/scan": Route("POST", self.scan),
            "/v1/redact": Route("POST", self.redact),
            "/v1/decide": Route("POST", self.decide, media=JSON, decides=True),
            "/healthz": Route("GET", self.health, reads=False),
            "/openapi.json": Route("GET", self.describe, reads=False),
        }

    async def health(self, _: Request) -> Reply:
        """Say whether the guard would decide."""
        ready = self._is_ready()
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return json_reply({"ready": ready}, status=status)

    async def describe(self, _: Request) -> Reply:
        """Return the OpenAPI document."""
        return json_reply(openapi.document())

    async def scan(self, request: Request) -> Reply:
        """Report what is in a document. Raises ProblemError."""
        done = await self._examined(request, masks=False)
        self._inspections.telemetry.counts.document(_SCAN, done.report)
        return json_reply(done.report.to_dict())

    async def redact(self, request: Request) -> Reply:
        """Return the document with its identifiers masked. Raises ProblemError."""
        done = await self._examined(request, masks=True)
        error = Code.NOT_MASKED.value if done.masked is None else ""
        self._inspections.telemetry.counts.document(_REDACT, done.report, error)
        if done.masked is None:
            raise ProblemError(
                Code.NOT_MASKED,
                "the document cannot be read whole, or its masks cannot be proven; "
                "POST it to /v1/scan to see what is not read",
            )
        headers = [("X-Phiguard-Verdict", done.report.verdict.value)]
        if encoding := request.headers.get("content-encoding"):
            headers.append(("Content-Encoding", encoding))
        media = request.headers.get("content-type", "application/octet-stream")
        return Reply(HTTPStatus.OK, done.masked, media, tuple(headers))

    async def _examined(self, request: Request, *, masks: bool) -> Examined:
        document = Document(
            request.body,
            request.headers.get("content-type", ""),
            request.headers.get("content-encoding", ""),
            masks,
        )
        try:
            done = await self._scanned(document, request.caller)
        except ProblemError as problem:
            operation = _REDACT if masks else _SCAN
            self._inspections.telemetry.counts.document(operation, None, problem.code.value)
            raise
        if done.report.fault:
            logs.fault(done.report.fault)
        return done

    async def _scanned(self, document: Document, caller: str) -> Examined:
        context, call = self._inspections, Call(SpanName.INSPECT, caller=caller)
        snapshot = context.snapshot()
        engine, is_encoded = snapshot.engine, bool(document.content_encoding)
        if not (
            context.scanners.is_open and is_dear_body(document.data, engine, is_encoded=is_encoded)
        ):
            return examine(document, context.budget(call), engine)
        if snapshot.policy is None:  # a process has no engine yet, and the event loop has others
            raise ProblemError(Code.NO_POLICY, "a long document waits for the first policy")
        work = DocumentWork(document, lambda waited: context.budget(call, waited))
        return await self._elsewhere(work, caller)

    async def _elsewhere(self, work: DocumentWork, caller: str) -> Examined:
        context = self._inspections
        try:
            return await context.scanners.examine(work, context.snapshot(), caller)
        except NoRoomError:
            raise ProblemError(Code.OVERLOADED, "no scanner became free in time") from None
        except LostError:
            raise ProblemError(Code.SCANNER_LOST, "the scan of the document failed") from None

    async def decide(self, request: Request) -> Reply:
        """Decide on one message. Raises ProblemError."""
        asked = question.read(request.body, request.caller)
        call = _call_of(request)
        judgement = await self._judged(asked, call)
        if not await self._inspections.kept():
            judgement = self._inspections.open(call).refuse(
                Reason.LEDGER_UNAVAILABLE, asked.facts, asked.headers
            )
        return json_reply(_said(judgement))

    async def _judged(self, asked: Question, call: Call) -> Judgement:
        inspection = self._inspections.open(call)
        for event in asked.events:
            judgement = await inspection.receive(event)
            if judgement is not None:
                return judgement
        raise AssertionError("the last event of a message did not give a judgement")

    async def refused(self, request: Request, reason: Reason) -> None:
        """Keep the record of a decision that the guard could not make."""
        call = _call_of(request)
        self._inspections.open(call).refuse(reason, None)
        await self._inspections.kept()


def _call_of(request: Request) -> Call:
    return Call(SpanName.AUTHORIZE, request.headers, request.caller, asked_over_http=True)


def _said(judgement: Judgement) -> dict[str, Any]:
    """The answer of `POST /v1/decide`. It holds no value, but for the masked body."""
    decision = judgement.decision
    said: dict[str, Any] = {
        "id": judgement.id,
        "effect": decision.effect.value,
        "decision": decision.action.value,
        "enforced": decision.enforced,
        "reason": decision.reason.value,
        "verdict": decision.verdict.value,
        "coverage": decision.coverage.value,
        "gap": decision.gap.value,
        "media": judgement.report.media,
        "identifiers": [each.value for each in decision.identifiers],
        "tipped": list(decision.tipped),
        "rules": list(decision.rules),
        "policy": judgement.policy,
        "digest": decision.policy,
        "findings": [finding.to_dict() for finding in judgement.report.findings],
    }
    if decision.effect is Action.REDACT and judgement.body is not None:
        said["maskedBase64"] = base64.b64encode(judgement.body).decode()
        said["removedHeaders"] = list(judgement.fields.removed)
        said["renewedHeaders"] = dict(judgement.fields.renewed)
    return said

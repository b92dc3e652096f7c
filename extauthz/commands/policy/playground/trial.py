"""What a policy does with one message, as the page shows it. No value of the message is kept."""

import functools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from extauthz.detection.detector_sets import DetectorSet
from extauthz.guard.http import question
from extauthz.guard.http.messages import ProblemError
from extauthz.policies import revision
from extauthz.terminal import trees
from extauthz.terminal.screen import FILE
from mesh.analysis import explain
from mesh.exchange.events import Outcome
from mesh.exchange.machine import Exchange
from mesh.policy.policy import Policy
from mesh.policy_file import load
from phiscan.engine import Engine
from phiscan.scanner import Limits

_LIMITS: Final = Limits(body=1 << 20, decoded=8 << 20, seconds=5.0)


class Trial:
    """Tries policies with one engine.

    Args:
        engine: finds what is in a message.
        sets: the detectors of an organisation, whose infoTypes a policy may name.
    """

    def __init__(self, engine: Engine, sets: Sequence[DetectorSet]) -> None:
        self._scanner = functools.partial(engine.scanner, limits=_LIMITS, clock=_clock)
        self._vocabulary = revision.vocabulary(sets)

    def answer(self, data: bytes) -> dict[str, Any]:
        """Return what the page shows for `{"policy": TEXT, "request": {...}}`."""
        try:
            asked = orjson.loads(data)
            text, request = asked["policy"], orjson.dumps(asked["request"])
        except (orjson.JSONDecodeError, TypeError, KeyError):
            return {"problems": ["the page sent something else than a question"]}
        if not isinstance(text, str):
            return {"problems": ["the policy is no text"]}
        policy, problems = load.check(
            text, file="policy", today=datetime.now(UTC).date(), vocabulary=self._vocabulary
        )
        said: dict[str, Any] = {"problems": [str(problem) for problem in problems]}
        if policy is None:
            return said
        try:
            return said | self._decided(policy, question.read(request, ""))
        except ProblemError as error:
            return said | {"request": error.detail}

    def _decided(self, policy: Policy, asked: question.Question) -> dict[str, Any]:
        exchange = Exchange(policy, self._open)
        outcome: Outcome | None = None
        for event in asked.events:
            outcome = outcome or exchange.receive(event)
        if outcome is None:
            raise AssertionError("the last event of a message gave no outcome")
        decision = outcome.decision
        return {
            "decision": decision.action.value,
            "enforced": decision.enforced,
            "reason": decision.reason.value,
            "explanation": trees.lines(explain.explain(outcome, policy), FILE),
            "findings": [
                {"infoType": f.info_type, "class": f.identifier or "-", "field": f.location.field}
                for f in outcome.report.findings
            ],
            "masked": _shown(outcome.body),
        }

    def _open(self, head: Any) -> Any:  # noqa: ANN401 - a head of an event, a scanner of the engine
        return self._scanner(
            content_type=head.content_type,
            content_encoding=head.content_encoding,
            rpc=head.facts.rpc,
        )


def _clock() -> float:
    return datetime.now(UTC).timestamp()


def _shown(body: bytes | None) -> str | None:
    return None if body is None else body.decode(errors="replace")

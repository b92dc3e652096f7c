"""The five questions of `phiguard init`, asked on a terminal until each answer can be used."""

import sys
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from extauthz.commands.errors import UsageError
from mesh.starter.answers import (
    AnswerError,
    Answers,
    Call,
    read_calls,
    read_outside,
    read_services,
)

_SERVICES: Final = """\
1 of 5. Which services are guarded?
  Give NAMESPACE/SERVICEACCOUNT, with spaces between them:
  clinic/ehr finance/billing research/analytics
  Where the Kubernetes Service has another name: finance/billing@billing-api
"""
_CALLS: Final = """\
2 of 5. Who calls whom? Give FROM:TO. All other calls are refused.
  clinic/ehr:finance/billing clinic/ehr:research/analytics
"""
_PHI: Final = """\
3 of 5. Which calls carry PHI, and for what purpose?
  Give FROM:TO=PURPOSE, or nothing.
  treatment    anything about a patient
  payment      names, addresses, dates, record, plan and account numbers;
               no social security number
  operations   names, dates and record numbers
  research     a limited data set: dates, towns and ZIP codes; the rest is
               masked
"""
_OUTSIDE: Final = """\
4 of 5. Which hosts outside the mesh are called?
  Give FROM:HOST, with =PURPOSE where PHI leaves, or nothing.
  finance/billing:edi.example.com=payment
"""
_MODE: Final = """\
5 of 5. Watch first, or stop PHI from the start?
  Give monitor (the default) or enforce.
"""

_T = TypeVar("_T")


def ask(name: str, trust_domain: str, cluster_domain: str) -> Answers:
    """Ask all five.

    Raises:
        UsageError: the input ends before the last answer.
    """
    services = _until_usable(_SERVICES, read_services)
    named: list[str] = []

    def calls_of(words: Sequence[str]) -> tuple[Call, ...]:
        named[:] = words
        return read_calls(services, words, ())

    _until_usable(_CALLS, calls_of)
    calls = _until_usable(_PHI, lambda words: read_calls(services, named, words))
    outside = _until_usable(_OUTSIDE, lambda words: read_outside(services, words))
    enforces = _until_usable(_MODE, _mode)
    return Answers(services, calls, outside, enforces, name, trust_domain, cluster_domain)


def _mode(words: Sequence[str]) -> bool:
    word = " ".join(words) or "monitor"
    if word not in {"monitor", "enforce"}:
        raise AnswerError(f"`{word}` is no mode; write monitor or enforce")
    return word == "enforce"


def _until_usable(question: str, read: Callable[[Sequence[str]], _T]) -> _T:
    sys.stdout.write(f"\n{question}")
    while True:
        try:
            line = input("> ")
        except EOFError:
            sys.stdout.write("\n")
            raise UsageError("init: ended before the last answer; nothing was written") from None
        try:
            return read(line.replace(",", " ").split())
        except AnswerError as error:
            sys.stdout.write(f"{error}\n")

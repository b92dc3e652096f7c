"""Which decisions an auditor reads one by one, and which ones only their number speaks of.

INVARIANT (eventful): whatever was found, not read, masked, denied, alerted, let through by an
exception, judged otherwise by an AUDIT rule, or sent without mutual TLS is eventful. What is not
known is eventful too.
"""

from mesh.message.facts import Facts
from mesh.policy.decision import Action, Decision, Reason
from mesh.policy.policy import Policy
from phiscan.finding import Coverage, Gap, ScanReport, Verdict


def is_eventful(facts: Facts, decision: Decision, report: ScanReport, policy: Policy) -> bool:
    """Whether the decision on a message needs a record of its own.

    Args:
        facts: of the message.
        decision: what `policy` said.
        report: what was found in it.
        policy: the revision that decided.
    """
    return not (
        decision.action is Action.ALLOW
        and decision.reason is Reason.NO_PHI
        and _says_nothing(decision)
        and _is_clean(report)
        and facts.protocol.is_read
        and facts.mtls is True
        and facts.source != ""
        and facts.destination != ""
        and policy.exceptions.isdisjoint(decision.rules)
    )


def _says_nothing(decision: Decision) -> bool:
    is_read = decision.coverage is Coverage.COMPLETE and decision.gap is Gap.NONE
    named = decision.identifiers or decision.tipped or decision.redact or decision.audits
    return is_read and decision.verdict is Verdict.NONE and not named


def _is_clean(report: ScanReport) -> bool:
    """Whether everything was read and nothing was found, not even a provider's own name."""
    is_read = report.coverage is Coverage.COMPLETE and report.gap is Gap.NONE
    found = report.findings or report.providers or report.unlisted or report.opaque or report.fault
    return is_read and report.verdict is Verdict.NONE and not found

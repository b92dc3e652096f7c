"""The chart's values of the answers: what an installation needs to begin with this policy."""

import json
import re
from typing import Final

from mesh.starter.answers import Answers

_VALUES: Final = re.compile(r"^policy:[ ]*\n[ ]+text:", re.MULTILINE)
_POLICY: Final = re.compile(
    r"^[\"']?(?:apiVersion|kind|metadata|spec)\b", re.MULTILINE
)  # a policy inside the values is indented


def is_values_file(text: str) -> bool:
    """Whether a YAML file holds values of the chart, so that it is no part of a policy beside it.

    A file that also has a policy's own keys is read as a policy, and then refused for the others.
    """
    return _VALUES.search(text) is not None and _POLICY.search(text) is None


def render(answers: Answers, policy: str, image: str) -> str:
    """The text of `values.yaml`.

    Args:
        policy: the text of the policy.
        image: of the guard.
    """
    guarded = sorted({each.namespace for each in answers.services})
    mesh = [
        f"{key}: {json.dumps(domain)}"
        for key, domain in (
            ("clusterDomain", answers.cluster_domain),
            ("trustDomain", answers.trust_domain),
        )
        if domain != "cluster.local"
    ]
    lines = [
        "# Written by `phiguard init`, for the chart and for `phiguard istio render --values`.",
        "# `phiguard istio values` prints every other value.",
        "# CHECK: the image of your registry, with its digest.",
        f"image: {json.dumps(image)}",
        "# CHECK: where your OpenTelemetry collector is.",
        "collector: {namespace: observability, service: opentelemetry-collector}",
        *([f"mesh: {{{', '.join(mesh)}}}"] if mesh else []),
        "# Only when the guard is ready, and each namespace has the label",
        "# phiguard.dev/guarded=true: until then, what is guarded refuses every request.",
        f"# guardedNamespaces: {json.dumps(guarded)}",
        "# A copy of the policy's file. After a change there, copy it again, or override it with",
        "# `--set-file policy.text=FILE`.",
        "policy:",
        "  text: |",
        *(f"    {line}".rstrip() for line in policy.splitlines()),
    ]
    return "\n".join(lines) + "\n"

"""A policy snapshot for scanner processes."""

from datetime import date

from extauthz.policies import revision
from extauthz.policies.revision import Texts
from extauthz.policies.store import PolicySnapshot

POLICY = """
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {name: clinic}
spec:
  mode: enforce
  defaultAction: DENY
  rules:
  - name: a-to-b
    from: [{principals: [cluster.local/ns/a/sa/a]}]
    to: [{principals: [cluster.local/ns/b/sa/b]}]
    phi:
      request: {allow: [PERSON_NAME], redact: [US_SOCIAL_SECURITY_NUMBER], otherwise: DENY}
"""
TODAY = date(2026, 11, 29)


def snapshot_of(policy, engine):
    texts = Texts({"clinic.yaml": policy})
    made = revision.parse(texts, today=TODAY)
    return PolicySnapshot(made.policy, engine, texts, TODAY)

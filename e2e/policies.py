"""Policies of several tests."""

from typing import Final

OPEN: Final = """\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {name: open}
spec:
  mode: enforce
  defaultAction: ALLOW
  rules:
  - name: everything
    from: [{principals: ["*"]}]
    to: [{principals: ["*"]}]
    phi: {request: {allow: ["*"]}, response: {allow: ["*"]}}
"""

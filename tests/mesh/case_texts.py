"""Case files as texts, and the files that they name, for tests."""

from mesh.analysis import case_file

EHR, BILLING = "cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/finance/sa/billing"
EDGE = f"source: {EHR}, destination: {BILLING}, mtls: true"
POLICY = f"""\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: clinic}}
spec:
  mode: monitor
  rules:
  - {{name: r, from: [{{principals: [{EHR}]}}], to: [{{principals: [{BILLING}]}}]}}
"""
FILES = {
    "clinic.yaml": POLICY.encode(),
    "body.hl7": b"MSH|^~\\&|",
    "latin.yaml": b"\xff",
    "bad.yaml": b"spec: {}\n",
}


def read(path: str) -> bytes:
    if path not in FILES:
        raise FileNotFoundError(2, "No such file or directory", path)
    return FILES[path]


def load(request: str, expect: str = "{}", policy: str = "clinic.yaml"):
    text = f"policy: {policy}\ncases:\n- name: a\n  request: {request}\n  expect: {expect}\n"
    return case_file.load(text, file="c.yaml", read=read)

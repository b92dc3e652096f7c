"""Each way on the oldest and the newest Envoy that the filter is used with."""

from dataclasses import replace
from pathlib import Path

import pytest

from e2e.mllp import content, framing
from e2e.mllp.attempts import try_both
from e2e.mllp.laboratory import open_hospital
from e2e.mllp.recorder import acknowledged
from e2e.mllp.way import CLEAN, CR, DIRTY, MARKS, Sent
from extauthz.demo import shipped
from mesh.istio.installation import Installation

_QUESTION = b"QUESTION"
_CHECKOUT = Path(__file__).parents[2]


def _envoy(version: str) -> Path:
    found = list(
        _CHECKOUT.glob(f".envoy-{version}-venv/lib/python*/site-packages/envoy/_bin/envoy")
    )
    if not found:
        pytest.skip(f"not run: no Envoy {version}; `make envoys` fetches it")
    return found[0]


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.36", "1.40"])
def test_each_way_ends_as_on_the_usual_envoy(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Envoy 1.36 does not know the key that keeps methods in spans, and Istio 1.28 does not write it
    oldest = Installation(shipped.INSTALLATION.namespace, shipped.INSTALLATION.image)
    monkeypatch.setattr(shipped, "INSTALLATION", oldest)
    with open_hospital(_envoy(version), tmp_path) as hospital:
        for way in (*framing.WAYS, *content.WAYS):
            for gate in ("sender", "receiver"):
                try_both(hospital, gate, way)

        value = replace(CLEAN, token=_QUESTION.decode())
        lines = CR.join(segment.encode() for segment in DIRTY.segments)
        hospital.recorder.answers[_QUESTION] = acknowledged(_QUESTION, lines)
        ended, heard, arrived = hospital.attempt("both", Sent((value.frame(),)))
        assert (ended, arrived) == ("AE", value.frame())
        assert [mark for mark in MARKS if mark in heard] == []

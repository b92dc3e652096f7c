import pytest
from clinic_proto import DESCRIPTORS, METHOD

from extauthz.detection.detector_sets import parse
from extauthz.detection.engines import Detection, EngineError, load, unseen
from phiscan.detectors import GROUPS
from phiscan.identifiers import CREDENTIALS
from phiscan.protobuf.schemas import Rpc

_SET = r"""apiVersion: phiguard.dev/v1alpha1
kind: DetectorSet
metadata: {name: clinic}
spec:
  detectors:
  - {name: chart, infoType: CLINIC_CHART, class: H, pattern: 'CH-\d{6}', match: [CH-123456]}
"""
FEW = tuple(set(GROUPS) - {"government", "credentials"})


def _found(engine, text):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed(text)
    return {f.info_type for f in scanner.finish().findings}


def test_groups_and_sets_make_the_engine(tmp_path):
    custom = parse(_SET, file="d.yaml")
    engine = load(Detection(("credentials",), FEW, tmp_path), [custom])
    found = _found(engine, b"ssn 123-45-6780 CH-123456 password=hunter2!x ana@fernmail.net")
    assert found == {"US_SOCIAL_SECURITY_NUMBER", "CLINIC_CHART", "PASSWORD"}
    assert _found(load(Detection(("credentials",), FEW, tmp_path), [custom]), b"CH-123456") == {
        "CLINIC_CHART"
    }
    assert len(list(tmp_path.iterdir())) == 1


def test_an_unknown_group_is_one_line():
    with pytest.raises(EngineError, match="no such group"):
        load(Detection(with_groups=("nope",)))


def test_no_detector_at_all_is_an_error():
    with pytest.raises(EngineError, match="no detector is left"):
        load(Detection(without_groups=tuple(GROUPS)))


def test_one_name_in_two_sets_is_an_error():
    custom = parse(_SET, file="d.yaml")
    with pytest.raises(EngineError, match="`clinic` and `clinic`"):
        load(Detection(), [custom, custom])


def test_a_machine_without_simd_is_reported_in_one_line(monkeypatch):
    class _Old:
        def compile(self, **_):
            import hyperscan  # noqa: PLC0415

            raise hyperscan.ArchitectureError

    monkeypatch.setattr("phiscan.patterns.compiled.hyperscan.Database", _Old)
    with pytest.raises(EngineError, match=r"SSE4\.2"):
        load(Detection(without_groups=FEW))


def test_only_credentials_of_a_group_that_is_off_are_found_by_nobody():
    assert unseen(Detection()) == CREDENTIALS
    assert unseen(Detection(with_groups=("credentials",))) == frozenset()
    own = parse(
        _SET.replace("infoType: CLINIC_CHART, class: H", "infoType: PASSWORD"), file="d.yaml"
    )
    assert unseen(Detection(), [own]) == CREDENTIALS - {"PASSWORD"}
    with pytest.raises(EngineError, match="no such group"):
        unseen(Detection(with_groups=("nope",)))


def test_descriptors_say_the_types_of_messages(tmp_path):
    (tmp_path / "clinic.pb").write_bytes(DESCRIPTORS)
    engine = load(
        Detection(without_groups=FEW, cache=tmp_path, descriptors=(tmp_path / "clinic.pb",))
    )
    assert engine.schemas.of(Rpc(METHOD)) == "clinic.v1.Patient"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"syntax = 'proto3';", "write one with protoc --include_imports"),
        (b"", "write one"),
    ],
)
def test_a_file_that_holds_no_descriptors_is_one_line(tmp_path, content, message):
    path = tmp_path / "clinic.proto"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineError, match=f"--descriptors {path}: .*{message}"):
        load(Detection(without_groups=FEW, cache=tmp_path, descriptors=(path,)))

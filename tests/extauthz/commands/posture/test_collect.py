"""`phiguard posture collect`: a folder of a live cluster, and the roles that it needs."""

import pytest
import yaml
from ledgers_in_folders import written
from posture_cluster import Api
from posture_folder import HOLE, objects

from extauthz.cli import main
from extauthz.posture import collection as collections
from extauthz.posture import folder


@pytest.fixture
def api():
    with Api([*objects(), HOLE]) as running:
        yield running


def collect(api, into, *options):
    words = ["posture", "collect", "kubernetes://", "--kubernetes-api", api.url, "-o", str(into)]
    return main([*words, *map(str, options)])


def test_what_was_collected_is_judged_as_the_cluster_is(api, tmp_path, capsys):
    assert collect(api, tmp_path / "kept") == 0
    assert "objects of" in capsys.readouterr().err
    codes = [
        main(["posture", "audit", str(tmp_path / "kept")]),
        main(["posture", "audit", "kubernetes://", "--kubernetes-api", api.url]),
    ]
    one, other = capsys.readouterr().out.split("state ")[1:]
    assert codes == [1, 1]
    assert one == other
    assert "clinic/Deployment/ehr/inbound/9999/mesh" in one


def test_what_was_refused_is_said_and_stays_unknown(api, tmp_path, capsys):
    api.refused["/api/v1/services"] = 403
    assert collect(api, tmp_path / "kept") == 2
    assert "not read: services: status 403" in capsys.readouterr().err
    found = folder.read(tmp_path / "kept")
    assert "Service" not in collections.objects_of(found)[0].listed
    assert [each for each in found.problems if each.startswith("services: status 403")]
    main(["posture", "audit", str(tmp_path / "kept")])
    assert "UP" not in capsys.readouterr().out.split()


def test_everything_else_is_put_beside_the_objects(api, tmp_path):
    written(tmp_path / "phiguard-0", {})
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps" / "clinic.ehr-7d9c-0.json").write_text("{}")
    (tmp_path / "dumps" / "collected.json").write_text('{"at": "2026-11-30T14:00:00Z"}')
    with Api([]) as istiod:
        istiod.answers["/debug/syncz"] = (200, b"[]")
        options = "--istiod", istiod.url, "--proxies", tmp_path / "dumps"
        assert collect(api, tmp_path / "kept", *options, "--ledger", tmp_path / "phiguard-0") == 0
    found = folder.read(tmp_path / "kept")
    assert [each.source for each in found.dumps] == ["proxies/clinic.ehr-7d9c-0.json"]
    assert found.dumps[0].at < found.sync[0].at
    assert [each.data for each in found.sync] == [b"[]"]
    assert found.ledgers.replicas == {"phiguard-0"}
    assert found.ledgers.sightings


def test_a_cluster_that_does_not_answer_leaves_no_folder(api, tmp_path, capsys):
    api.close()
    assert collect(api, tmp_path / "kept") == 2
    assert "nothing could be listed" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_roles_and_the_job_are_printed(capsys):
    assert main(["posture", "collect", "--role"]) == 0
    kinds = [each["kind"] for each in yaml.safe_load_all(capsys.readouterr().out)]
    assert kinds == ["ClusterRole", "Role"]
    assert main(["posture", "collect", "--job", "kubectl:1"]) == 0
    assert capsys.readouterr().out.startswith("# POWERFUL")

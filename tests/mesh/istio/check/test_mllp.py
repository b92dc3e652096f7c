from clean_mesh import clean_mesh

from mesh.istio.check import mllp
from mesh.istio.check.view import Mesh
from mesh.istio.snapshot import MeshSnapshot, read


def test_a_filter_is_missed_only_where_filters_were_given():
    """What was not listed may be there all the same."""
    whole = read(clean_mesh())
    others = tuple(each for each in whole.documents if each.kind != "EnvoyFilter")
    silent = Mesh(MeshSnapshot(others), "phiguard")
    assert [str(each) for each in mllp.check(silent)] == []
    listed = Mesh(MeshSnapshot(others, frozenset({"EnvoyFilter"})), "phiguard")
    assert [each.rule for each in mllp.check(listed)] == [mllp.UNREAD]

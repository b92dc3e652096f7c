"""Of what several pods of a workload say of one edge, the worst holds."""

import pytest

from mesh.posture.encryption import Edge, Encryption, edges


def edge(encryption: Encryption, port: int = 80) -> Edge:
    return Edge("clinic", "ehr", "lab.clinic.svc", port, encryption, "a dump", "why")


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ((Encryption.MTLS, Encryption.MTLS), Encryption.MTLS),
        ((Encryption.MTLS, Encryption.TLS), Encryption.TLS),
        ((Encryption.MTLS, Encryption.UNKNOWN), Encryption.UNKNOWN),
        ((Encryption.UNKNOWN, Encryption.PLAINTEXT, Encryption.MTLS), Encryption.PLAINTEXT),
    ],
)
def test_the_worst_holds(said: tuple[Encryption, ...], holds: Encryption) -> None:
    for order in (said, said[::-1]):
        assert [each.encryption for each in edges(map(edge, order))] == [holds]


def test_each_port_is_an_edge_of_its_own() -> None:
    both = edges([edge(Encryption.MTLS, 81), edge(Encryption.PLAINTEXT, 80)])
    assert [(each.port, each.encryption) for each in both] == [
        (80, Encryption.PLAINTEXT),
        (81, Encryption.MTLS),
    ]

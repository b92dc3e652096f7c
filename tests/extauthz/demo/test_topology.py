"""Names and ports of the laboratory's mesh."""

import socket

from extauthz.demo import topology
from extauthz.demo.topology import BILLING, LOOPBACK, free_ports


def test_a_workload_is_named_as_istio_names_it() -> None:
    assert BILLING.principal == "cluster.local/ns/finance/sa/billing"
    assert BILLING.spiffe == "spiffe://cluster.local/ns/finance/sa/billing"
    assert BILLING.host == "billing.finance.svc.cluster.local"


def test_chosen_ports_are_different_free_and_never_ephemeral() -> None:
    with free_ports(50) as ports:
        assert len(set(ports)) == 50
        assert all(20000 <= port < 32000 for port in ports)
        for port in ports:
            with socket.socket() as probe:
                probe.bind((LOOPBACK, port))


def test_nobody_else_gets_a_chosen_port_before_it_is_given_back(monkeypatch) -> None:
    numbers = iter([7, 7, 8, 7])
    monkeypatch.setattr(topology, "randbelow", lambda _: next(numbers))
    with free_ports(1) as first, free_ports(1) as second:
        pass
    with free_ports(1) as again:
        pass

    assert first != second
    assert again == first

"""The laboratory: real Envoy sidecars, sample workloads and the guard on one machine, without a cluster.

`phiguard demo`, the end-to-end tests and the round-trip bench all stand on it.
"""

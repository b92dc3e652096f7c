"""The laboratory: real Envoy sidecars, sample workloads and the guard on one machine.

It needs no cluster. `phiguard demo`, the end-to-end tests and the round-trip bench use it.
"""

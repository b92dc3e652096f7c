"""Keys, nonces and signed nonces for tests of canaries."""

from dataclasses import replace

from mesh.posture.canary.nonce import Keys, Nonce, Purpose, sign

KEY, OLD = b"k" * 32, b"o" * 40
KEYS = Keys(KEY)
NOW = 1_764_513_337.0
PROBE = "cluster.local/ns/phiguard-canary/sa/phiguard-canary"
EHR = "cluster.local/ns/clinic/sa/ehr"
CELL = "clinic/Deployment/ehr/inbound/8080/mesh"


def nonce(**changed):
    usual = Nonce(Purpose.REQUEST, PROBE, EHR, 8080, CELL, int(NOW), "abcdefghijklmnop" * 2)
    return replace(usual, **changed)


def signed(keys=KEYS, **changed):
    return sign(nonce(**changed), keys)

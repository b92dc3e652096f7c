"""Proofs that auditors check: signed checkpoints, one record, one archive; and the keys."""

"""Observed traffic: its record, the policy learned from it, and its drift from a policy."""

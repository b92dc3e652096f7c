"""Envoy's messages in, events of an exchange out; judgements in, Envoy's messages out. Pure functions."""

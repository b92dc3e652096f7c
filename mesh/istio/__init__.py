"""Istio objects out (`render`) and in (`check`): values and text, no cluster and no files."""

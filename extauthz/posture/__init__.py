"""Collectors of a mesh's posture: a folder, a cluster, istiod, ledgers."""

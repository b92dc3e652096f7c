"""mesh decides who may send which identifiers to whom.

The package is pure: facts, a policy and a scan report go in, a decision comes out.
"""

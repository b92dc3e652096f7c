"""A first policy, its cases and the values of an installation, written from five answers."""

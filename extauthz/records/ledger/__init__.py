"""The ledger: a hash-chained record of each decision."""

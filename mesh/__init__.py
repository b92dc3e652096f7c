"""mesh decides who may send which identifiers to whom. Pure: facts, policy and a scan report in, a decision out."""

"""Policy: rules, how they match and combine, and the decision."""

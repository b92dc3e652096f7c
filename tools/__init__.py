"""What maintainers run: coverage by own tests, mutants, releases. No package of the product imports it."""

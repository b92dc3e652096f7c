"""Forms of a ledger's decisions for other tools: pure functions from a record to text.

A record is what stands in a ledger, so its values may be forged: of the wrong type, or with line
ends and delimiters in them. Each form keeps a value inside its field. `docs/audit-exports.md` says
where each key goes; the `PLACES` of each module are held against that page by a test.
"""

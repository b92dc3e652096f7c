"""Everything around `mesh` and `phiscan` that does I/O.

It holds Envoy's gRPC services, telemetry, the audit ledger and the command line.
"""

"""The shell around `mesh` and `phiscan`: Envoy's gRPC services, telemetry, the audit ledger and the command line."""

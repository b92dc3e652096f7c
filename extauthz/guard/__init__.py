"""The guard: Envoy's gRPC services, and the process that serves them."""

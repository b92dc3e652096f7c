"""The guard for pipelines that are not Envoy: scan, redact and decide over HTTP/1.1."""

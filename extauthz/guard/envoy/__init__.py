"""Envoy's protobuf types: the only place that names them."""

"""Envoy's protobuf types. No other package of the project names them."""

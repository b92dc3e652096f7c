"""Kafka: topics, sampled in runs of messages."""

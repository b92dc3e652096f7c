"""The syntax of JSON and XML: tokens, paths and values with their byte ranges."""

"""Protocol Buffers: the wire format, and schemas that name its fields."""

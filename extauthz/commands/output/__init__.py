"""What a command prints: its forms, its JSON with the schema, the file that it writes."""

"""Pictures: what is written in them besides their pixels."""

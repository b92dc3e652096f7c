"""Scanner processes: messages that take long are judged beside the event loop of their worker."""

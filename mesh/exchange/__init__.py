"""One HTTP exchange as a state machine: events in, an outcome out."""

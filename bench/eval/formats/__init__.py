"""One module a format: each makes labelled documents from the format's specification, with as much variation as it allows."""

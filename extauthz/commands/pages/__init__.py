"""HTML pages that reviewers and auditors read: what their commands share."""

"""Policy sources: files, mounted folders and Kubernetes objects, and the revision in force."""

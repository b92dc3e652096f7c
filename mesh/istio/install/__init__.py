"""The guard itself, as objects of Kubernetes, and what an admin merges into the mesh."""

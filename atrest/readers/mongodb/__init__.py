"""MongoDB: the collections of one database or of all."""

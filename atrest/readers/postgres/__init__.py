"""PostgreSQL: the tables of one database."""

"""MySQL and MariaDB: the tables of one database or of all."""

"""The migration up to which this version needs the database to be."""

SCHEMA = 41

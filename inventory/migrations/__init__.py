"""The history of the data base's schema, one file a version; Alembic runs it (`Database.migrate`)."""

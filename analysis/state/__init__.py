"""The state store: people's work, in SQLite or PostgreSQL."""

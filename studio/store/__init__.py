"""The store: one SQLite file with one writer. The shows' logs, the outbox, the feeds, history, backups and recovery."""

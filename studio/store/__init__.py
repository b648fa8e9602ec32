"""SQLite: the show's log, the outbox and the feeds, written by one thread."""

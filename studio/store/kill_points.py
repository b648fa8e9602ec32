"""The places in the store at which a test may end the process."""

# In the order in which one decision passes them: it is logged with its effects, an effect is attempted, perhaps
# postponed, and settled by another append. All are reached in the writer's thread.
KILL_POINTS = (
    "log.before-append",  # nothing is written
    "log.after-append-before-commit",  # events and effects are in the transaction, not on disk
    "log.after-commit",  # on disk, nobody was told
    "outbox.before-attempt-noted",
    "outbox.attempt-noted",  # on disk: the next byte may leave
    "outbox.before-postponed",
    "outbox.postponed",
    "outbox.before-settle",  # the settling event is in the transaction, its row still in the outbox
    "outbox.after-settle-before-commit",
    "outbox.settled",  # on disk
    "feeds.before-store",
    "feeds.before-commit",  # a batch and its cursor are in the transaction
    "feeds.after-commit",
    "backup.before-rename",  # the copy is complete, not yet under its name
    "migration.before-commit",
)


class NoKillPoints:
    """Kill points in the field: nothing happens."""

    def reached(self, name: str) -> None:
        """Does nothing."""

"""Use cases: one command at a time, and the ports they need."""

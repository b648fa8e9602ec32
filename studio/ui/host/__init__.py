"""The On air workspace."""

"""The window: panels, models and widgets; never disk or network."""

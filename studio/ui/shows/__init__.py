"""The list of shows, and what a show is called, when and where it is."""

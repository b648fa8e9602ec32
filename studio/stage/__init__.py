"""What the stream itself shows: OBS and the overlay page."""

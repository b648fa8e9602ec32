"""One connector a file for each live channel."""

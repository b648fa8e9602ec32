"""One connector a file for each shop platform."""

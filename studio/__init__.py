"""Host Studio: the desktop studio in front of which a presenter sells on a live stream."""

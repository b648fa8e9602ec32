"""The screen on which shops are connected and tested."""

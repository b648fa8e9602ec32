"""The engine: what leaves for shops and channels, and what comes in."""

"""What is announced: its rules and texts, how they look in each channel, and what was said."""

"""The prompter: a window for the monitor that the presenter looks at."""

"""The Prepare workspace: what is shown, in which order, at what price, and whether all is ready."""

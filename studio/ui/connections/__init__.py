"""The screens on which shops and channels are connected and tested."""

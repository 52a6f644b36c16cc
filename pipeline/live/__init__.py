"""A stream of frames: which of them show something new, and what is said about it."""

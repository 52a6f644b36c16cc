"""Turns Flickr8k into a checkpoint. Needs torch; imports pipeline, never the reverse."""

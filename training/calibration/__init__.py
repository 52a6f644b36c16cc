"""Fits how sure a description may sound."""

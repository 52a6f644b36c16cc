"""Descriptions of whole archives: a table, resumed after any end, on all processor cores."""

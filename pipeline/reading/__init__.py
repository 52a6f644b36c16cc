"""Reads text in photos: signs, labels, receipts, letters, screens."""

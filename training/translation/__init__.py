"""The English-to-French translator's training text, subwords and training."""

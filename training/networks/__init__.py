"""The networks in PyTorch, and their checkpoints."""

"""Parts of a training step: losses, reward, schedules, beam search, validation."""

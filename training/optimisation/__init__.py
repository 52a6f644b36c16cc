"""What a training step is made of: losses, rewards, schedules, validation."""

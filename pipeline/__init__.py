"""What runs for the person: a photo goes in, words and sound come out. Needs no torch."""

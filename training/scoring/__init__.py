"""Caption metrics and where they are reported."""

"""Caption metrics, confidence intervals and reports."""

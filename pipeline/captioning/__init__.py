"""The captioning model as it runs: contract, search, confidence; what training shares."""

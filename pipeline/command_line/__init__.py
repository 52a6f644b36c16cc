"""The command line: `python -m pipeline`. Importing this alone loads nothing."""

INTERRUPTED = 130  # exit status after Ctrl-C, as shells expect it
DOCTOR = "--doctor"  # prints what this machine has instead of describing photos

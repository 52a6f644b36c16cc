"""The command line: `python -m pipeline`. Importing this alone loads nothing."""

DONE, PARTLY, REFUSED = 0, 1, 2  # exit statuses
INTERRUPTED = 130  # exit status after Ctrl-C, as shells expect it
DOCTOR = "--doctor"  # prints what this machine has instead of describing photos

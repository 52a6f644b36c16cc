"""What runs for the person: a photo goes in, words and sound come out. Needs no torch."""

import os

# NumPy's own threads wait for each other in loops, beside those of ONNX Runtime: a photo would cost
# 1.3 times the processor time (tests/bench/archive.py). NumPy reads this when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

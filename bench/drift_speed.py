"""Seconds that scipy.stats.ks_2samp takes per column: FEATURES REFERENCE_ROWS CURRENT_ROWS RUNS; prints JSON."""
import json
import sys
import time

import numpy as np
import scipy
from scipy.stats import ks_2samp

features, reference_rows, current_rows, runs = map(int, sys.argv[1:5])
random = np.random.default_rng(1)
reference = random.standard_normal((features, reference_rows), dtype=np.float32)
current = random.standard_normal((features, current_rows), dtype=np.float32)
seconds, cpu_seconds = [], []
for _ in range(runs):
    start, used = time.perf_counter(), time.process_time()
    for a, b in zip(reference, current):
        ks_2samp(a, b)
    seconds.append(time.perf_counter() - start)
    cpu_seconds.append(time.process_time() - used)
versions = {"scipy": scipy.__version__, "numpy": np.__version__}
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "versions": versions}))

"""Writes columns.csv.gz: standardized columns of the tables in a data folder, at most 800 rows each by stride, and what
scikit-learn's mixture reaches on each.

    python3 columns.py DATA_FOLDER      (needs numpy, scikit-learn)
"""
import csv
import glob
import gzip
import os
import sys
import warnings

import numpy as np
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")


def tables(folder):
    for path in sorted(glob.glob(os.path.join(folder, "adbench", "*.npz"))):
        x = np.load(path)["X"].astype(float)
        for j in range(x.shape[1]):
            yield os.path.basename(path), str(j), x[:, j]
    for path in sorted(glob.glob(os.path.join(folder, "tables", "*.csv*")) + [os.path.join(folder, "moons_train.csv")]):
        opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path)
        rows = list(csv.reader(opened))
        for j, name in enumerate(rows[0]):
            try:
                yield os.path.basename(path), name, np.array([float(r[j]) for r in rows[1:] if r[j] not in ("", "NA")])
            except ValueError:
                continue  # a category or a time


with open("columns.csv.gz", "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as out:
    for table, name, v in tables(sys.argv[1]):
        v = v[np.isfinite(v)]
        v = v[:: -(-len(v) // 800)]
        if v.std() == 0:
            continue
        v = np.round((v - v.mean()) / v.std(), 6)
        m = GaussianMixture(8, covariance_type="diag", tol=1e-3, reg_covar=1e-6, max_iter=100, random_state=0)
        score = m.fit(v[:, None]).score(v[:, None])
        out.write((",".join([table, name, repr(float(score))] + [repr(float(x)) for x in v]) + "\n").encode())

"""Writes support.csv beside it: curves from supports to the real line by torch.distributions.transforms, in float64, and the powers by
SciPy, with the logarithms of their slopes and the inverses:

    pip install torch scipy
    python3 reference_support.py

Columns: the kind as kernel.SupportKind counts them; lo, hi, lambda; x, z and log dz/dx; then z, x and log dx/dz of the inverse.
SciPy's powers are of one sign of x each here, and the logarithms of their slopes are written out: PyTorch has neither.
"""
import csv
import math
import random

import torch
from scipy.special import boxcox, boxcox1p, inv_boxcox, inv_boxcox1p
from torch.distributions import transforms as T

torch.set_default_dtype(torch.float64)
LOGIT, ATANH, LOG, LOG_BELOW, SOFTPLUS, BOX_COX, YEO_JOHNSON = range(1, 8)


def to_line(kind, lo, hi):
    """The map from the support to the real line as PyTorch composes it."""
    if kind == LOGIT:
        return T.ComposeTransform([T.SigmoidTransform(), T.AffineTransform(lo, hi - lo)]).inv
    if kind == ATANH:
        return T.ComposeTransform([T.TanhTransform(), T.AffineTransform((lo + hi) / 2, (hi - lo) / 2)]).inv
    if kind == LOG:
        return T.ComposeTransform([T.ExpTransform(), T.AffineTransform(lo, 1.0)]).inv
    if kind == LOG_BELOW:
        return T.ComposeTransform([T.AffineTransform(0.0, -1.0), T.ExpTransform(), T.AffineTransform(hi, -1.0)]).inv
    return T.ComposeTransform([T.SoftplusTransform(), T.AffineTransform(lo, 1.0)]).inv


def by_torch(kind, lo, hi, x, z):
    t = to_line(kind, lo, hi)
    x, z = torch.tensor(x), torch.tensor(z)
    zx = t(x)
    xz = t.inv(z)
    return zx.item(), t.log_abs_det_jacobian(x, zx).item(), xz.item(), t.inv.log_abs_det_jacobian(z, xz).item()


def by_scipy(kind, lo, lam, x, z):
    if kind == BOX_COX:
        back = inv_boxcox(z, lam)
        return boxcox(x - lo, lam), (lam - 1) * math.log(x - lo), lo + back, (1 - lam) * math.log(back)
    p = lam if x >= 0 else 2 - lam
    q = lam if z >= 0 else 2 - lam
    back = inv_boxcox1p(abs(z), q)
    return (math.copysign(boxcox1p(abs(x), p), x), (p - 1) * math.log1p(abs(x)),
            math.copysign(back, z), (1 - q) * math.log1p(back))


random.seed(21)
with open("support.csv", "w", newline="") as f:
    out = csv.writer(f, lineterminator="\n")
    out.writerow(["kind", "lo", "hi", "lambda", "x", "z", "log_slope", "inverse_of", "inverse", "inverse_log_slope"])

    def write(kind, lo, hi, lam, x, z):
        if kind in (BOX_COX, YEO_JOHNSON):
            got = by_scipy(kind, lo, lam, x, z)
        else:
            got = by_torch(kind, lo, hi, x, z)
        out.writerow([kind] + [repr(float(v)) for v in (lo, hi, lam, x, got[0], got[1], z, got[2], got[3])])

    for lo, hi in ((0.0, 1.0), (-3.0, 5.0), (10.0, 10.5)):
        for u in [random.uniform(0.05, 0.95) for _ in range(6)]:
            x, z = lo + (hi - lo) * u, random.uniform(-3, 3)
            write(LOGIT, lo, hi, 0, x, z)
            write(ATANH, lo, hi, 0, x, z)
        for u in [random.expovariate(0.5) + 0.1 for _ in range(6)]:
            z = random.uniform(-3, 3)
            write(LOG, lo, 0, 0, lo + u, z)
            write(LOG_BELOW, 0, hi, 0, hi - u, z)
            write(SOFTPLUS, lo, 0, 0, lo + u, z)
            for lam in (0.0, 0.5, 1.0, 2.5):
                write(BOX_COX, lo, 0, lam, lo + u, random.uniform(-0.35, 3))
    for lam in (0.0, 0.3, 1.0, 1.7, 2.0):
        for _ in range(8):
            write(YEO_JOHNSON, 0, 0, lam, random.gauss(0, 3), random.gauss(0, 2))

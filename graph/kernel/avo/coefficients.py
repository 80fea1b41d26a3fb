"""Prints the polynomials of coefficients.go (needs mpmath)."""
from mpmath import mp, mpf, erfc, exp, sqrt, pi, log, chebyfit

mp.dps = 50


def mills(u):
    """(1+t/4)·Φ(−t)/φ(t) with t = 8/(1−u) − 4."""
    if u == 1:
        return mpf(1) / 4
    t = 8 / (1 - u) - 4
    if t > 1e5:
        r = sum((-1) ** k * mp.fac2(2 * k - 1) / t ** (2 * k + 1) for k in range(6))
    else:
        r = sqrt(pi / 2) * exp(t * t / 2) * erfc(t / sqrt(mpf(2)))
    return (1 + t / 4) * r


def log_ratio(w):
    s = sqrt(w)
    return log((1 + s) / (1 - s)) / s if s else mpf(2)


half = log(mpf(2)) / 2 * mpf("1.001")
near = half / 16
widest = ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2 * mpf("1.001")
for name, f, lo, hi, n in [
    ("mills64", mills, -1, 1, 22), ("mills32", mills, -1, 1, 10),
    ("exp64", exp, -half, half, 12), ("exp32", exp, -half, half, 7),
    ("expNear64", exp, -near, near, 7), ("expNear32", exp, -near, near, 4),
    ("log64", log_ratio, 0, widest, 7), ("log32", log_ratio, 0, widest, 4),
]:
    c, err = chebyfit(f, [lo, hi], n, error=True)
    print(name, mp.nstr(err, 2), [float(x) for x in c[::-1]])

"""Writes the high-precision tables beside it, 50 digits, rounded to float64 (needs mpmath):

    python3 reference.py
"""
import random
from mpmath import mp, mpf, erfc, log, exp, sqrt, pi, log1p

mp.dps = 50


def cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def log_cdf(x):
    return log1p(-cdf(-x)) if x > 0 else log_tail(-x)


def log_tail(t):
    """log Φ(−t), t ≥ 0; continued fraction where erfc would underflow even here."""
    if t < 1000:
        return log(cdf(-t))
    f = mpf(0)
    for k in range(60, 0, -1):
        f = k / (t + f)
    return -t * t / 2 - log(2 * pi) / 2 - log(t + f)


def quantile(log_p):
    if log_p > -mpf("0.6931471805599453094172321214581765680755"):
        return -quantile(log(-mp.expm1(log_p)))
    z = -sqrt(-2 * log_p) if log_p < -2 else (mp.expm1(log_p + log(mpf(2)))) * sqrt(pi / 2)
    for _ in range(60):
        h = log_cdf(z)
        step = (h - log_p) / exp(-z * z / 2 - log(2 * pi) / 2 - h)
        z -= step
        if abs(step) < abs(z) * mpf(10) ** -45:
            break
    return z


def number(v):
    return repr(float(v))


rng = random.Random(7)
with open("log_cdf.csv", "w") as f:
    f.write("x,log_cdf\n")
    xs = [0.0, 1e-300, 1e-8, 1, 6, 8.2, 20, 30, 37, 38.2, 1e3, 1e4, 1e5] + [rng.uniform(0, 38) for _ in range(60)] + [10 ** rng.uniform(-6, 5) for _ in range(60)]
    for x in [s * x for x in xs for s in (1, -1)]:
        v = log_cdf(mpf(x))
        if v == 0 or abs(v) > mpf(10) ** -307:
            f.write(f"{number(x)},{number(v)}\n")

with open("quantile.csv", "w") as f:
    f.write("log_p,quantile\n")
    logs = [-1e10, -1e9, -1e5, -745.2, -700, -676, -675, -2.6, -2.59, -0.7, -0.6931471805599453, -0.69, -0.0779, -0.078, -1e-16]
    logs += [-(10 ** rng.uniform(-16, 10)) for _ in range(150)] + [-0.6931471805599453 + rng.uniform(-1e-3, 1e-3) for _ in range(20)]
    for lp in logs:
        f.write(f"{number(lp)},{number(quantile(mpf(lp)))}\n")

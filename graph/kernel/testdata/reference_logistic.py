"""Writes logistic.csv beside it (needs mpmath): z, log slope and the derivatives of both, of mixtures of three logistic distributions,
at the x and parameters of mixture.csv and mixture_wide.csv:

    python3 reference_logistic.py

The derivatives are those of the formulas as they stand, in as many digits as cancel.
"""
import csv
from mpmath import mp, mpf, exp, log

K = range(3)


def logistic(x, logits, means, log_scales):
    """z, the log slope, and the derivatives of both in logits, means, log scales and x"""
    top = max(logits)
    total = sum(exp(l - top) for l in logits)
    w = [exp(l - top) / total for l in logits]
    sigma = [exp(s) for s in log_scales]
    t = [(x - means[k]) / sigma[k] for k in K]
    p = [1 / (1 + exp(-v)) for v in t]
    q = [1 / (1 + exp(v)) for v in t]
    F, S = sum(w[k] * p[k] for k in K), sum(w[k] * q[k] for k in K)
    bells = [w[k] * p[k] * q[k] / sigma[k] for k in K]
    f = sum(bells)
    z, l = log(F) - log(S), log(f) - log(F) - log(S)
    slope = f / F / S
    r = [v / f for v in bells]
    dz_mean = [-r[k] * slope for k in K]
    dz = [w[k] * (p[k] / F - q[k] / S) for k in K] + dz_mean + [t[k] * sigma[k] * dz_mean[k] for k in K] + [slope]
    dt = [r[k] * (q[k] - p[k]) - w[k] * p[k] * q[k] * (1 / F - 1 / S) for k in K]
    dl = [r[k] + w[k] * (1 - p[k] / F - q[k] / S) for k in K] + [-dt[k] / sigma[k] for k in K] + [-t[k] * dt[k] - r[k] for k in K]
    return [z, l] + dz + dl + [sum(dt[k] / sigma[k] for k in K)]


def number(v):
    if abs(v) < mpf(2) ** -1074:
        return "0.0"
    return repr(float(v)) if abs(v) < mpf(2) ** 1024 else ("-inf" if v < 0 else "inf")


with open("logistic.csv", "w") as f:
    names = ["l1", "l2", "l3", "m1", "m2", "m3", "s1", "s2", "s3"]
    f.write(",".join(["x"] + names + ["z", "log_slope"] + ["dz_" + n for n in names + ["x"]] + ["dl_" + n for n in names + ["x"]]) + "\n")
    for name in ("mixture.csv", "mixture_wide.csv"):
        for row in csv.reader(open(name)):
            if row[0] == "x":
                continue
            c = [float(v) for v in row[:10]]
            t = max(abs((mpf(c[0]) - mpf(c[4 + k])) / exp(mpf(c[7 + k]))) for k in K)
            mp.dps = 400 + 3 * int(mp.log10(t + 1))  # what is below e^−700 of another number is nothing beside it
            v = [mpf(u) for u in c]
            f.write(",".join(number(u) for u in v + logistic(v[0], v[1:4], v[4:7], v[7:10])) + "\n")

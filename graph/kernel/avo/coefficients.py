"""Prints the polynomials of coefficients.go (needs mpmath)."""
from mpmath import mp, mpf, erfc, erfinv, exp, sqrt, pi, cos, log, chebyfit, matrix, lu_solve

mp.dps = 50


def mills(shift, most):
    """shift·P(u) with Φ(−t)/φ(t) = P(u)/(t+shift) for 0 ≤ t ≤ most, where u runs from −1 to 1 with 1/(t+shift)."""
    least, greatest = 1 / (mpf(most) + shift), 1 / mpf(shift)

    def f(u):
        v = (greatest + least - u * (greatest - least)) / 2
        if v == 0:
            return mpf(1)
        t = 1 / v - shift
        if t > 1e5:
            r = sum((-1) ** k * mp.fac2(2 * k - 1) / t ** (2 * k + 1) for k in range(6))
        else:
            r = sqrt(pi / 2) * exp(t * t / 2) * erfc(t / sqrt(mpf(2)))
        return r / v

    return f


def log_ratio(w):
    s = sqrt(w)
    return log((1 + s) / (1 - s)) / s if s else mpf(2)


def log_survival(p):
    return -log(1 - p) / p if p else mpf(1)


half = log(mpf(2)) / 2 * mpf("1.001")
near, eighth = half / 16, half / 8
widest = ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2 * mpf("1.001")
for name, f, lo, hi, n in [
    ("mills64", mills(4, mp.inf), -1, 1, 22), ("mills32", mills(4, mp.inf), -1, 1, 10),
    ("millsTo38", mills(5, 38), -1, 1, 20), ("millsTo12", mills(5, 12), -1, 1, 18), ("millsTo12and32", mills(3, 12.5), -1, 1, 9),
    ("exp64", exp, -half, half, 12), ("exp32", exp, -half, half, 7),
    ("expNear64", exp, -near, near, 7), ("expNear32", exp, -near, near, 4), ("expEighth32 but its 1", lambda x: mp.expm1(x) / x if x else mpf(1), -eighth, eighth, 4),
    ("log64", log_ratio, 0, widest, 7), ("log32", log_ratio, 0, widest, 4),
    ("millsFine32", mills(1.5, mp.inf), -1, 1, 14), ("logSurvival32", log_survival, 0, mpf("0.5001"), 11),
]:
    c, err = chebyfit(f, [lo, hi], n, error=True)
    print(name, mp.nstr(err, 2), [float(x) for x in c[::-1]])


def central(s):
    """Φ⁻¹(½+d)/d at s = 0.180625 − d²"""
    d = sqrt(mpf("0.180625") - s)
    return sqrt(mpf(2)) * erfinv(2 * d) / d


half, n = mpf("0.180625") / 2, 4  # a quotient of two polynomials of degree n through 2n + 1 points
nodes = [half * (1 - cos(pi * (2 * i + 1) / (4 * n + 2))) for i in range(2 * n + 1)]
c = lu_solve(matrix([[s**j for j in range(n + 1)] + [-central(s) * s**j for j in range(1, n + 1)] for s in nodes]), matrix([central(s) for s in nodes]))
print("fineNum32", [float(x) for x in c[: n + 1]])
print("fineDen32", [1.0] + [float(x) for x in c[n + 1 :]])

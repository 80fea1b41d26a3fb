"""Writes the high-precision tables beside it, 50 digits, rounded to float64 (needs mpmath):

    python3 reference.py
"""
import random
from mpmath import mp, mpf, erfc, log, exp, sqrt, pi, findroot, diff, matrix, log1p

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


def mixture(x, logits, means, log_scales):
    top = max(logits)
    log_total = top + log(sum(exp(l - top) for l in logits))
    log_pi = [l - log_total for l in logits]
    t = [(x - m) / exp(s) for m, s in zip(means, log_scales)]
    lse = lambda a: max(a) + log(sum(exp(v - max(a)) for v in a))
    lf = lse([p + log_cdf(v) for p, v in zip(log_pi, t)])
    ls = lse([p + log_cdf(-v) for p, v in zip(log_pi, t)])
    ld = lse([p - v * v / 2 - log(2 * pi) / 2 - s for p, v, s in zip(log_pi, t, log_scales)])
    z = quantile(lf) if lf <= ls else -quantile(ls)
    return z, ld + z * z / 2 + log(2 * pi) / 2


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

with open("mixture.csv", "w") as f:
    f.write("x,l1,l2,l3,m1,m2,m3,s1,s2,s3,z,log_slope,dz_l1,dz_l2,dz_l3,dz_m1,dz_m2,dz_m3,dz_s1,dz_s2,dz_s3,dz_x,dl_l1,dl_l2,dl_l3,dl_m1,dl_m2,dl_m3,dl_s1,dl_s2,dl_s3,dl_x\n")
    cases = []
    for _ in range(50):
        theta = [rng.gauss(0, 1) for _ in range(3)] + [rng.gauss(0, 2) for _ in range(3)] + [rng.gauss(-0.5, 0.7) for _ in range(3)]
        cases.append([rng.gauss(0, 3)] + theta)
    base = [0.3, -0.2, 0.1, -1.0, 0.5, 2.0, -0.7, 0.1, -1.2]
    for x in [0, 8, -8, 15, -15, 40, -40, 300, -300, 1e4, -1e4, 1e5, -1e5]:
        cases.append([float(x)] + base)
    cases.append([0.0, 0, 0, 0, -1000.0, 1000.0, 3000.0, -4.6, -4.6, -4.6])  # a desert between narrow peaks
    cases.append([0.5, 0, -800.0, 0, -1.0, 0.5, 2.0, -2.0, -3.0, -2.0])  # a component of weight e^-800
    for c in cases:
        z, l = mixture(mpf(c[0]), [mpf(v) for v in c[1:4]], [mpf(v) for v in c[4:7]], [mpf(v) for v in c[7:10]])
        order = list(range(1, 10)) + [0]
        grads = [[], []]
        for which in (0, 1):
            for i in order:
                def g(v, i=i, which=which):
                    a = [mpf(u) for u in c]
                    a[i] = v
                    return mixture(a[0], a[1:4], a[4:7], a[7:10])[which]
                h = mpf(10) ** -14
                v = mpf(c[i])
                # central difference of fourth order: error about 1e-50·h⁻¹ and h⁴
                d = (8 * (g(v + h) - g(v - h)) - (g(v + 2 * h) - g(v - 2 * h))) / (12 * h)
                grads[which].append(d)
        f.write(",".join(number(v) for v in c + [z, l] + grads[0] + grads[1]) + "\n")

"""Writes mixture.csv and mixture_wide.csv beside it (needs mpmath): z, log slope and the derivatives of both, of mixtures of three
components; the second with x, scales and weights over the range of float64:

    python3 reference_mixture.py

It works with as many digits as cancel: the log slope is a difference of numbers as large as z², and its derivative one of terms that are z² times as large.
"""
import random
from mpmath import mp, mpf, erfc, log, exp, sqrt, pi, inf

def mills(t):
    """Φ(−t)/φ(t)"""
    if t < 1000:
        return sqrt(pi / 2) * exp(t * t / 2) * erfc(t / sqrt(mpf(2)))
    f = mpf(0)
    for k in range(200, 0, -1):
        f = k / (t + f)
    return 1 / (t + f)


def log_tail(t):
    """log Φ(−t)"""
    return -t * t / 2 - log(2 * pi) / 2 + log(mills(t))


def outwards(log_p):
    """−Φ⁻¹(p) of log p ≤ log ½ or a little more"""
    t = sqrt(max(0, -2 * log_p - log(2 * pi) - log(max(1, -2 * log_p)))) if log_p < -2 else -(exp(log_p) - mpf(1) / 2) * sqrt(2 * pi)
    for _ in range(200):
        step = (log_tail(t) - log_p) * mills(t)
        t += step
        if abs(step) <= abs(t) * mpf(10) ** (20 - mp.dps):
            break
    return t


def mixture(x, logits, means, log_scales):
    """z, the log slope, and the derivatives of both in logits, means, log scales and x"""
    K = range(len(logits))
    lse = lambda a: max(a) + log(sum(exp(v - max(a)) for v in a))
    total = lse(logits)
    pi_ = [exp(l - total) for l in logits]
    sigma = [exp(s) for s in log_scales]
    t = [(x - means[k]) / sigma[k] for k in K]
    lower = lse([logits[k] - total + log_tail(-t[k]) for k in K])
    side = 1 if exp(lower) > mpf(1) / 2 else -1
    tails = [logits[k] - total + log_tail(side * t[k]) for k in K]
    tail = lse(tails)
    c = [exp(v - tail) for v in tails]
    densities = [logits[k] - total - t[k] ** 2 / 2 - log(2 * pi) / 2 - log_scales[k] for k in K]
    density = lse(densities)
    r = [exp(v - density) for v in densities]
    far = outwards(tail)
    z = side * far
    log_slope = density + far * far / 2 + log(2 * pi) / 2
    s = exp(log_slope)
    dz_mean = [-r[k] * s for k in K]
    dz = [-side * mills(far) * (c[k] - pi_[k]) for k in K] + dz_mean + [(x - means[k]) * dz_mean[k] for k in K] + [s]
    df = [r[k] - pi_[k] for k in K] + [r[k] * t[k] / sigma[k] for k in K] + [r[k] * (t[k] ** 2 - 1) for k in K] + [-sum(r[k] * t[k] / sigma[k] for k in K)]
    return [z, log_slope] + dz + [f + z * g for f, g in zip(df, dz)]


def number(v):
    if abs(v) < mpf(2) ** -1074:
        return "0.0"
    return repr(float(v)) if abs(v) < mpf(2) ** 1024 else ("-inf" if v < 0 else "inf")


def write(name, cases):
    names = ["l1", "l2", "l3", "m1", "m2", "m3", "s1", "s2", "s3"]
    with open(name, "w") as f:
        f.write(",".join(["x"] + names + ["z", "log_slope"] + ["dz_" + n for n in names + ["x"]] + ["dl_" + n for n in names + ["x"]]) + "\n")
        for c in cases:
            t = max(abs((mpf(c[0]) - mpf(c[4 + k])) / exp(mpf(c[7 + k]))) for k in range(3))
            mp.dps = 80 + 4 * max(0, int(mp.log10(t + 1)))
            v = [mpf(u) for u in c]
            f.write(",".join(number(u) for u in v + mixture(v[0], v[1:4], v[4:7], v[7:10])) + "\n")


rng = random.Random(7)
cases = []
for _ in range(50):
    theta = [rng.gauss(0, 1) for _ in range(3)] + [rng.gauss(0, 2) for _ in range(3)] + [rng.gauss(-0.5, 0.7) for _ in range(3)]
    cases.append([rng.gauss(0, 3)] + theta)
base = [0.3, -0.2, 0.1, -1.0, 0.5, 2.0, -0.7, 0.1, -1.2]
for x in [0, 8, -8, 15, -15, 40, -40, 300, -300, 1e4, -1e4, 1e5, -1e5]:
    cases.append([float(x)] + base)
cases.append([0.0, 0, 0, 0, -1000.0, 1000.0, 3000.0, -4.6, -4.6, -4.6])  # a desert between narrow peaks
cases.append([0.5, 0, -800.0, 0, -1.0, 0.5, 2.0, -2.0, -3.0, -2.0])  # a component of weight e^-800
write("mixture.csv", cases)

rng = random.Random(11)
sign = lambda: rng.choice([-1, 1])
cases = []


def case(x, logits, means, scales):
    cases.append([float(v) for v in [x] + logits + means + scales])


for _ in range(25):  # x of any size, mixtures as they are
    theta = [rng.gauss(0, 1) for _ in range(3)], [rng.gauss(0, 2) for _ in range(3)], [rng.gauss(-0.5, 0.7) for _ in range(3)]
    case(sign() * 10 ** rng.uniform(-320, 3), *theta)
    case(sign() * 10 ** rng.uniform(1, 20), *theta)
    case(sign() * 10 ** rng.uniform(20, 300), *theta)
for _ in range(12):  # components that differ in their means or weights only: which is the nearest is not in the digits of t
    for x in (10 ** rng.uniform(1, 9), 10 ** rng.uniform(9, 20), 10 ** rng.uniform(20, 150)):
        s = rng.gauss(0, 1)
        case(sign() * x, [rng.gauss(0, 2) for _ in range(3)], [rng.gauss(0, 3) for _ in range(3)], [s, s, s])
        case(sign() * x, [rng.gauss(0, 2) for _ in range(3)], [0.5, 0.5, 0.5], [s, s, s])
for spread in (5, 20, 60, 80, 300, 600):  # scales that have nothing in common, x near any of them
    for _ in range(12):
        scales = [rng.uniform(-spread, spread) for _ in range(3)]
        means = [rng.gauss(0, 1) * exp(mpf(rng.choice([s, 0, 0]))) for s in scales]
        k = rng.randrange(3)
        x = rng.choice([means[k] + rng.gauss(0, 6) * exp(mpf(scales[k])), sign() * 10 ** rng.uniform(-10, 10)])
        case(x, [rng.gauss(0, 2) for _ in range(3)], means, scales)
for _ in range(20):  # weights that have nothing in common
    case(rng.gauss(0, 10), [rng.gauss(0, 300) for _ in range(3)], [rng.gauss(0, 10) for _ in range(3)], [rng.gauss(0, 2) for _ in range(3)])
for _ in range(10):  # deserts
    case(rng.gauss(0, 1), [rng.gauss(0, 1) for _ in range(3)], [rng.uniform(-200, -5), rng.uniform(5, 200), rng.uniform(-1e-6, 1e-6)], [rng.gauss(-1, 1), rng.gauss(-1, 1), rng.uniform(-40, -10)])

write("mixture_wide.csv", cases)

"""What other estimators find of rows whose truth is known: the peers of examples/dependence.

    python -m venv venv && venv/bin/pip install numpy scipy scikit-learn
    venv/bin/python examples/dependence/peers.py --draws 20

Scikit-learn's mutual_info_regression is the nearest-neighbour estimate of Kraskov et al. 2004, of single columns. The library that made
RBIG's measures known is not on PyPI; the figures of its own notes stand in docs/studies/information.md.
"""
import argparse
import time

import numpy as np
from sklearn.feature_selection import mutual_info_regression


def equicorrelated(d, rho):
    return (1 - rho) * np.eye(d) + rho


def neighbours(x, k):
    return mutual_info_regression(x[:, :1], x[:, 1], n_neighbors=k, random_state=0)[0]


def line(name, truth, draws, draw, estimate):
    errors, begin = [], time.time()
    for i in range(draws):
        errors.append(estimate(draw(np.random.default_rng(i))) - truth)
    print(f"{name:58s} {truth:8.4f} {np.mean(errors):+9.5f} {np.std(errors):8.4f} {(time.time() - begin) / draws:8.3f}", flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--draws", type=int, default=20)
    p.add_argument("--only", default="")
    args = p.parse_args()
    print(f"{'':58s} {'truth':>8s} {'error':>9s} {'scatter':>8s} {'seconds':>8s}")

    def try_line(name, *rest):
        if args.only in name:
            line(name, *rest)

    for rho in (0.3, 0.6, 0.9):
        truth, r = -0.5 * np.log(1 - rho**2), equicorrelated(2, rho)
        draw = lambda g, r=r: g.multivariate_normal(np.zeros(2), r, 5000)
        for k in (3, 8):
            try_line(f"MI, normal pair, ρ = {rho}, n = 5000: neighbours, k = {k}", truth, args.draws, draw, lambda x, k=k: neighbours(x, k))
    for name, truth, f in (("y = x² + ½e", 0.8027, lambda x, e: x * x + 0.5 * e), ("y = sin 3x + 0.3e", 0.8616, lambda x, e: np.sin(3 * x) + 0.3 * e)):
        draw = lambda g, f=f: (lambda x, e: np.stack([x, f(x, e)], 1))(g.normal(size=5000), g.normal(size=5000))
        for k in (3, 8):
            try_line(f"MI, {name}, n = 5000: neighbours, k = {k}", truth, args.draws, draw, lambda x, k=k: neighbours(x, k))

if __name__ == "__main__":
    main()

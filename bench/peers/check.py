"""Do the peers compute the same thing? log p and gradients for the same parameters, against each other and against
scipy's double precision: python check.py [SHAPE …]"""

import sys

import jax
import numpy as np

jax.config.update("jax_enable_x64", True)

import jax_peer
import problem
from scipy.special import log_ndtr, logsumexp, ndtri_exp, softmax


def by_scipy(shape, params, x):
    """log p of x by the definition, in log space."""
    x, log_det = x.astype(float), 0.0
    if shape.recipe:
        x, log_det = {"nsf": splines, "maf": affines}[shape.recipe](shape, params, x)
        return log_det - (0.5 * x * x + 0.5 * np.log(2 * np.pi)).sum(1)

    def mixture(x, logits, means, log_scales):
        t = (x[..., None] - means) / np.exp(log_scales)
        log_w = logits - logsumexp(logits, -1, keepdims=True)
        log_f = logsumexp(log_w - 0.5 * t * t - 0.5 * np.log(2 * np.pi) - log_scales, -1)
        log_cdf, log_survival = (logsumexp(log_w + log_ndtr(s * t), -1) for s in (1, -1))
        lower = log_cdf <= log_survival
        z = np.where(lower, 1, -1) * ndtri_exp(np.minimum(log_cdf, log_survival))
        return z, log_f + 0.5 * z * z + 0.5 * np.log(2 * np.pi)

    for block in params:
        for v in block["v"].astype(float):
            x = x - 2 * np.outer(x @ v, v) / (v @ v)
        if not shape.hidden:
            x, slope = mixture(x, *(block[n].astype(float) for n in ("logits", "means", "log_scales")))
            log_det = log_det + slope.sum(1)
            continue
        for (a, b), dense in zip(shape.halves, block["couplings"]):
            h = perceptron(dense, x[:, a])
            logits, means, raw = np.moveaxis(h.reshape(len(x), 3, -1, shape.components), 1, 0)
            x, x_in = x.copy(), x
            x[:, b], slope = mixture(x_in[:, b], logits, means, problem.BOUND * np.tanh(raw))
            log_det = log_det + slope.sum(1)
    return log_det - (0.5 * x * x + 0.5 * np.log(2 * np.pi)).sum(1)


def perceptron(dense, h):
    for i, (kernel, bias) in enumerate(dense):
        h = h @ kernel.astype(float) + bias
        h = np.maximum(h, 0) if i < len(dense) - 1 else h
    return h


def splines(shape, params, x):
    """z and log|det ∂z/∂x| of a neural spline flow."""
    k, tail, log_det = shape.components, problem.TAIL, 0.0
    shares = lambda raw: problem.LEAST + (1 - k * problem.LEAST) * softmax(raw, -1)
    knots = lambda raw: np.concatenate([np.full(raw.shape[:-1] + (1,), -tail), 2 * tail * np.cumsum(shares(raw), -1) - tail], -1)
    for block in params:
        for (a, b), dense in zip(shape.halves, block["couplings"]):
            theta, d = perceptron(dense, x[:, a]), b.stop - b.start
            widths, heights = theta[:, : 2 * d * k].reshape(len(x), 2, d, k).swapaxes(0, 1)
            slopes = theta[:, 2 * d * k :].reshape(len(x), d, k - 1)
            slopes = problem.LEAST + np.logaddexp(0, slopes + np.log(np.expm1(1 - problem.LEAST)))
            slopes = np.pad(slopes, [(0, 0), (0, 0), (1, 1)], constant_values=1)
            xs, ys, v = knots(widths), knots(heights), x[:, b]
            at = (v[..., None] >= xs[..., 1:-1]).sum(-1, keepdims=True)
            pick = lambda values, next=0: np.take_along_axis(values, at + next, -1)[..., 0]
            w, h = pick(xs, 1) - pick(xs), pick(ys, 1) - pick(ys)
            s, t, left, right = h / w, (v - pick(xs)) / w, pick(slopes), pick(slopes, 1)
            bottom = s + (left + right - 2 * s) * t * (1 - t)
            inside = np.abs(v) <= tail
            x, z = x.copy(), pick(ys) + h * (s * t**2 + left * t * (1 - t)) / bottom
            slope = s**2 * (right * t**2 + 2 * s * t * (1 - t) + left * (1 - t) ** 2) / bottom**2
            x[:, b] = np.where(inside, z, v)
            log_det = log_det + np.log(np.where(inside, slope, 1)).sum(1)
    return x, log_det


def affines(shape, params, x):
    """z and log|det ∂z/∂x| of a masked autoregressive flow."""
    log_det = 0.0
    for i, block in enumerate(params):
        dense = [(kernel * mask, bias) for mask, (kernel, bias) in zip(problem.masks(shape, i), block["dense"])]
        shift, log_scale = np.split(perceptron(dense, x), 2, 1)
        x, log_det = (x - shift) / np.exp(log_scale), log_det - log_scale.sum(1)
    return x, log_det


def flat(params):
    return np.concatenate([np.ravel(np.asarray(p, float)) for p in jax.tree.leaves(params)])


def by_jax(shape, params, x):
    lp = jax_peer.log_prob(shape, params, jax_peer.rotations(params), x)
    return np.asarray(lp), flat(jax.grad(jax_peer.loss)(params, shape, x))


def peers(shape):
    """The peers that are installed and can have a shape's parameters: shape, params, x → log p, gradient."""
    yield "jax", by_jax
    for name in {"": ("torch", "keras"), "nsf": ("library",), "maf": ()}[shape.recipe]:
        try:
            module = __import__(f"{name}_peer")
        except ImportError as e:
            print(f"{name}: {e}")
            continue
        yield name, lambda *a, m=module: (lambda lp, g: (lp, flat(g)))(*m.log_prob_and_grad(*a))


def main():
    failed = False
    for name in sys.argv[1:] or problem.SHAPES:
        shape = problem.SHAPES[name]
        for dtype, tolerance in ((np.float64, 1e-8), (np.float32, 1e-4)):
            params, x = problem.parameters(shape, dtype), problem.rows(shape, 64, dtype)
            # In the tails gradients are as large as they are ill-conditioned. Far out a masked flow overflows: each layer's scales are
            # exponentials of what the layer before it puts out.
            far = x * np.float32(2 if shape.recipe == "maf" else 10)
            want_far = by_scipy(shape, params, far)
            want = by_scipy(shape, params, x)
            _, want_grad = by_jax(shape, jax.tree.map(np.float64, params), x.astype(np.float64))
            for peer, compute in peers(shape):
                lp, grad = compute(shape, params, x)
                off_far = np.max(np.abs(compute(shape, params, far)[0] / want_far - 1))
                off = np.max(np.abs(lp - want) / (1 + np.abs(want)))
                off_grad = np.max(np.abs(grad - want_grad)) / np.max(np.abs(want_grad))
                ok = all(v < tolerance for v in (off, off_far, off_grad))  # not of NaN
                failed |= not ok
                print(f"{name:9}{np.dtype(dtype).name:8} {peer:7} log p {off:.1e}  far out {off_far:.1e}  gradient {off_grad:.1e}  {'ok' if ok else 'FAIL'}")
    raise SystemExit(failed)


if __name__ == "__main__":
    main()

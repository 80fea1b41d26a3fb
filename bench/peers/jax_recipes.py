"""Neural spline flows and masked autoregressive flows in JAX, with the parameters of problem.py. Rows lie in the last axis.

A spline's bin is found by comparing with one knot after the other, so that all of it is one elementwise loop over rows, which XLA
vectorizes; the gathers of a search are not.
"""

import jax
import jax.numpy as jnp
import numpy as np

import problem

OFFSET = np.log(np.expm1(1 - problem.LEAST))  # the raw slope of the identity, from 0


def perceptron(dense, x):
    """The last layer's numbers of x, d×N."""
    for kernel, bias in dense[:-1]:
        x = jax.nn.relu(kernel.T @ x + bias[:, None])
    kernel, bias = dense[-1]
    return kernel.T @ x + bias[:, None]


def bins(raw):
    """Left edges and lengths of K bins of [−TAIL, TAIL], from d×K×N."""
    k = raw.shape[1]
    lengths = 2 * problem.TAIL * (problem.LEAST + (1 - k * problem.LEAST) * jax.nn.softmax(raw, 1))
    edges = [jnp.full_like(raw[:, 0], -problem.TAIL)]
    for i in range(k - 1):
        edges.append(edges[-1] + lengths[:, i])
    return edges, [lengths[:, i] for i in range(k)]


def spline(x, widths, heights, slopes, inverse):
    """z and log dz/dx of x (d×N), or x and log dx/dz of z."""
    inside = jnp.abs(x) <= problem.TAIL
    v = jnp.where(inside, x, 0)
    (xs, ws), (ys, hs) = bins(widths), bins(heights)
    end = jnp.zeros_like(v)
    raw = [end, *(slopes[:, i] for i in range(slopes.shape[1])), end]
    choices = list(zip(xs, ws, ys, hs, raw, raw[1:]))
    x0, w, y0, h, left, right = choices[0]
    for choice in choices[1:]:
        here = v >= choice[2 if inverse else 0]
        x0, w, y0, h, left, right = (jnp.where(here, new, old) for new, old in zip(choice, (x0, w, y0, h, left, right)))
    left, right = (problem.LEAST + jax.nn.softplus(raw + OFFSET) for raw in (left, right))
    s = h / w
    bend = left + right - 2 * s
    if inverse:
        y = v - y0
        a, b, c = h * (s - left) + y * bend, h * left - y * bend, -s * y
        xi = 2 * c / (-b - jnp.sqrt(b * b - 4 * a * c))
        out = x0 + xi * w
    else:
        xi = (v - x0) / w
    below = 1 - xi
    d = s + bend * xi * below
    if not inverse:
        out = y0 + h * (s * xi * xi + left * xi * below) / d
    log_slope = jnp.log(s * s * (right * xi * xi + 2 * s * xi * below + left * below * below)) - 2 * jnp.log(d)
    return jnp.where(inside, out, x), jnp.where(inside, -log_slope if inverse else log_slope, 0)


def coupling(shape, dense, x, a, b, inverse):
    k = shape.components
    theta = perceptron(dense, x[a])
    d = b.stop - b.start
    widths, heights = theta[: 2 * d * k].reshape(2, d, k, -1)
    half, log_slope = spline(x[b], widths, heights, theta[2 * d * k :].reshape(d, k - 1, -1), inverse)
    return jnp.concatenate([x[a], half] if a.start == 0 else [half, x[a]]), log_slope.sum(0)


def nsf_forward(shape, params, x):
    log_det = 0.0
    for block in params:
        for (a, b), dense in zip(shape.halves, block["couplings"]):
            x, change = coupling(shape, dense, x, a, b, False)
            log_det += change
    return x, log_det


def nsf_inverse(shape, params, x):
    for block in reversed(params):
        for (a, b), dense in reversed(list(zip(shape.halves, block["couplings"]))):
            x, _ = coupling(shape, dense, x, a, b, True)
    return x


def masked(shape, i, block):
    return [(jnp.where(mask, kernel, 0), bias) for mask, (kernel, bias) in zip(problem.masks(shape, i), block["dense"])]


def maf_forward(shape, params, x):
    log_det = 0.0
    for i, block in enumerate(params):
        shift, log_scale = jnp.split(perceptron(masked(shape, i, block), x), 2)
        x, log_det = (x - shift) * jnp.exp(-log_scale), log_det - log_scale.sum(0)
    return x, log_det


def maf_inverse(shape, params, z):
    """Each pass of a network makes one more column right."""
    for i, block in reversed(list(enumerate(params))):
        dense = masked(shape, i, block)

        def refine(_, x):
            shift, log_scale = jnp.split(perceptron(dense, x), 2)
            return z * jnp.exp(log_scale) + shift

        z = jax.lax.fori_loop(0, shape.dim, refine, jnp.zeros_like(z))
    return z


FORWARD = {"nsf": nsf_forward, "maf": maf_forward}
INVERSE = {"nsf": nsf_inverse, "maf": maf_inverse}

"""The flow in JAX: jit of the whole step with donated state, optax's Adam.

The flow keeps rows in the last axis, so that every elementwise loop runs over rows and XLA vectorizes it; the mixture
has a custom_vjp, which recomputes instead of storing what it computed. Both were measured against the plain form and
won. The readers close over their parameters, with the rotations computed once.
"""

import time

start = time.perf_counter()

import os

from protocol import Timed, arguments, serve

if __name__ == "__main__":
    args = arguments()
    if args.threads:
        os.environ["NPROC"] = str(args.threads)

import json
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.scipy.special import ndtri

import jax_recipes
import problem

LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)
CHUNK = 256  # rows of the diagonal flow at a time: its arrays of rows×d×K then stay in the cache


def mills(t):
    """Φ(−t)/e^(−t²/2) of t ≥ 0. The library's erfcx is 0 in float32 where its exp(x²)·erfc(x) meets subnormal numbers,
    9.2 ≤ x ≤ 9.4: from limit on, the asymptotic series."""
    limit = 12.0 if t.dtype == jnp.float32 else 36.0
    s = 1 / jnp.maximum(t, limit)
    u = s * s
    series = s * (1 - u * (1 - 3 * u * (1 - 5 * u * (1 - 7 * u)))) * np.sqrt(0.5 / np.pi).astype(t.dtype)
    near = 0.5 * jax.scipy.special.erfcx(jnp.minimum(t, limit) * np.sqrt(0.5).astype(t.dtype))
    return jnp.where(t < limit, near, series)


def score(x, logits, means, log_scales, axis):
    """z = Φ⁻¹(F(x)) and log dz/dx, with the parts that the gradient reads.

    Exact in both tails: with m = min t²/2 every component's e^(m − t²/2) is at most 1 and one of them is 1, so neither
    the density nor a tail that lies beyond all components can underflow. One exp and one erfcx a component.
    """
    wide = lambda a: jnp.expand_dims(a, axis)
    w = jax.nn.softmax(logits, axis)
    t = (wide(x) - means) * jnp.exp(-log_scales)
    square = 0.5 * t * t
    m = square.min(axis)
    e = jnp.exp(wide(m) - square)
    tail = e * mills(jnp.abs(t))  # Φ(−|t|)·e^m
    left = t < 0
    density = w * jnp.exp(-log_scales) * e
    sums = [jnp.where(side, a, 0).sum(axis) for side in (left, ~left) for a in (w * tail, w)]
    tail_left, weight_left, tail_right, weight_right = sums
    shrink = jnp.exp(-m)
    cdf = (tail_left - tail_right) * shrink + weight_right
    survival = (tail_right - tail_left) * shrink + weight_left
    lower = cdf < survival
    one_sided = jnp.where(lower, weight_right, weight_left) == 0
    p = jnp.where(one_sided, jnp.where(lower, tail_left, tail_right), jnp.minimum(cdf, survival))
    log_p = jnp.log(p) - jnp.where(one_sided, m, 0)
    z = jnp.where(lower, 1, -1) * quantile(log_p)
    total = density.sum(axis)
    return z, jnp.log(total) + 0.5 * z * z - m, (w, t, tail, density, total, left, lower, log_p, m)


def quantile(log_p):
    """Φ⁻¹(p) ≤ 0 from log p ≤ log ½: where p underflows, two Newton steps on log Φ from the asymptote."""
    tiny = jnp.log(jnp.finfo(log_p.dtype).tiny)
    far = jnp.minimum(log_p, tiny)
    y = jnp.sqrt(-2 * far - jnp.log(-4 * np.pi * far))
    for _ in range(2):
        r = mills(y)
        y += (jnp.log(r) - 0.5 * y * y - far) * r * np.sqrt(2 * np.pi).astype(y.dtype)
    return jnp.where(log_p < tiny, -y, ndtri(jnp.exp(jnp.maximum(log_p, tiny))))


@partial(jax.custom_vjp, nondiff_argnums=(4,))
def mixture(x, logits, means, log_scales, axis):
    return score(x, logits, means, log_scales, axis)[:2]


def mixture_forward(x, logits, means, log_scales, axis):
    return mixture(x, logits, means, log_scales, axis), (x, logits, means, log_scales)


def mixture_backward(axis, saved, upstream):
    z, _, (w, t, tail, density, total, left, lower, log_p, m) = score(*saved, axis)
    wide = lambda a: jnp.expand_dims(a, axis)
    scale = jnp.exp(saved[3])
    root = np.sqrt(2 * np.pi).astype(z.dtype)
    gz, gl = upstream
    gz, gl, by_f = wide(gz + gl * z), wide(gl), wide(gl / total)
    lift = wide(jnp.exp(0.5 * z * z - m))
    mean = density * (by_f * t / scale - gz * lift)
    log_scale = density * (by_f * (t * t - 1) - gz * lift * t * scale)
    part = jnp.where(left == wide(lower), tail * lift, wide(jnp.exp(0.5 * z * z)) - tail * lift)
    rise = root * (part - wide(jnp.exp(log_p + 0.5 * z * z)))  # ∂z/∂p of the component, to the sign
    logit = w * (gz * jnp.where(wide(lower), rise, -rise) - gl) + density * by_f
    grads = (-mean.sum(axis), logit, mean, log_scale)
    return tuple(_sum_to(g, s.shape) for g, s in zip(grads, saved))


def _sum_to(g, shape):
    """Sums over the axes in which an argument was broadcast."""
    axes = tuple(i for i, (a, b) in enumerate(zip(g.shape, shape)) if a != b)
    return g.sum(axes, keepdims=True) if axes else g


mixture.defvjp(mixture_forward, mixture_backward)


def rotations(params):
    """The d×d products H_1·…·H_R of all blocks at once: on a d×d matrix R steps cost less than on the batch. None where there
    are no reflectors."""
    if "v" not in params[0]:
        return None

    def product(v):
        v = v * jax.lax.rsqrt((v * v).sum(1, keepdims=True))
        step = lambda q, v: (q - 2 * jnp.outer(q @ v, v), None)
        return jax.lax.scan(step, jnp.eye(v.shape[1], dtype=v.dtype), v)[0]

    return jax.vmap(product)(jnp.stack([block["v"] for block in params]))


def conditioner(dense, x, components):
    """Logits, means and log scales of each row, d_b×K×N, from the identity half, d_a×N."""
    for kernel, bias in dense[:-1]:
        x = jax.nn.relu(kernel.T @ x + bias[:, None])
    kernel, bias = dense[-1]
    theta = kernel.T @ x + bias[:, None]
    logits, means, raw = theta.reshape(3, -1, components, x.shape[1])
    return logits, means, problem.BOUND * jnp.tanh(raw)


def diagonal(x, block, f):
    """f on N×d, CHUNK rows at a time."""
    theta = [block[name][None] for name in ("logits", "means", "log_scales")]
    if len(x) % CHUNK:
        return f(x, *theta, -1)
    z, log_slope = jax.lax.map(lambda rows: f(rows, *theta, -1), x.reshape(-1, CHUNK, x.shape[1]))
    return z.reshape(x.shape), log_slope.reshape(x.shape)


def forward(shape, params, q, x):
    """z (d×N) and log|det ∂z/∂x| (N) of x (N×d), q the rotations."""
    if shape.recipe:
        return jax_recipes.FORWARD[shape.recipe](shape, params, x.T)
    x, log_det = x.T, 0.0
    for rotation, block in zip(q, params):
        x = rotation.T @ x
        if not shape.hidden:
            z, log_slope = diagonal(x.T, block, mixture)
            x, log_det = z.T, log_det + log_slope.sum(1)
            continue
        for (a, b), dense in zip(shape.halves, block["couplings"]):
            half, log_slope = mixture(x[b], *conditioner(dense, x[a], shape.components), -2)
            x = jnp.concatenate([x[a], half] if a.start == 0 else [half, x[a]])
            log_det += log_slope.sum(0)
    return x, log_det


def log_prob(shape, params, q, x):
    z, log_det = forward(shape, params, q, x)
    return log_det - (0.5 * z * z + LOG_SQRT_2PI).sum(0)


def mixture_inverse(z, logits, means, log_scales, axis):
    """x with Φ⁻¹(F(x)) = z: Newton in the exact bracket [min, max] of μ + σz, halved where a step leaves it."""
    ends = means + jnp.exp(log_scales) * jnp.expand_dims(z, axis)
    tolerance = 64 * jnp.finfo(z.dtype).eps

    def step(state):
        x, low, high, _, i = state
        value, log_slope, _ = score(x, logits, means, log_scales, axis)
        low, high = jnp.where(value < z, x, low), jnp.where(value > z, x, high)
        newton = x - (value - z) * jnp.exp(-log_slope)
        inside = (newton >= low) & (newton <= high)
        move = jnp.where(inside, newton, 0.5 * (low + high))
        done = jnp.all(jnp.abs(move - x) <= tolerance * (1 + jnp.abs(x)))
        return move, low, high, done, i + 1

    low, high = ends.min(axis), ends.max(axis)
    state = (jnp.clip((jax.nn.softmax(logits, axis) * ends).sum(axis), low, high), low, high, False, 0)
    return jax.lax.while_loop(lambda s: ~s[3] & (s[4] < 40), step, state)[0]


def inverse(shape, params, q, z):
    """x (N×d) of z (N×d)."""
    if shape.recipe:
        return jax_recipes.INVERSE[shape.recipe](shape, params, z.T).T
    x = z.T
    for rotation, block in reversed(list(zip(q, params))):
        if shape.hidden:
            for (a, b), dense in reversed(list(zip(shape.halves, block["couplings"]))):
                half = mixture_inverse(x[b], *conditioner(dense, x[a], shape.components), -2)
                x = jnp.concatenate([x[a], half] if a.start == 0 else [half, x[a]])
        else:
            x, _ = diagonal(x.T, block, lambda *a: (mixture_inverse(*a), a[0]))
            x = x.T
        x = rotation @ x
    return x.T


def loss(params, shape, x, weight=None):
    lp = log_prob(shape, params, rotations(params), x)
    return -lp.mean() if weight is None else -(weight * lp).sum()


OPTIMIZER = optax.adam(problem.LEARNING_RATE)


def train_step(shape, params, state, x, weight=None):
    value, grads = jax.value_and_grad(loss)(params, shape, x, weight)
    updates, state = OPTIMIZER.update(grads, state, params)
    return optax.apply_updates(params, updates), state, value


def make(work, shape, params):
    params = jax.tree.map(jnp.asarray, params)
    if work == "step":
        return make_step(shape, params)
    n = 1 if work == "log_prob_one" else problem.EVALUATION_ROWS
    data, q = problem.rows(shape, n), jax.jit(rotations)(params)
    if work == "sample":
        keys = iter(jax.random.split(jax.random.key(1), 1_000_000))
        draw = jax.jit(lambda key: inverse(shape, params, q, jax.random.normal(key, data.shape)))
        return repeat(lambda: jax.block_until_ready(draw(next(keys))))
    density = jax.jit(partial(log_prob, shape, params, q))
    if work == "log_prob_one":
        return repeat(lambda: float(density(data)[0]))
    return repeat(lambda: np.asarray(density(data)))


def make_step(shape, params):
    step = jax.jit(partial(train_step, shape), donate_argnums=(0, 1))
    state, x = [params, OPTIMIZER.init(params)], jnp.asarray(problem.rows(shape, shape.batch))

    def run(n):
        for _ in range(n):
            *state[:], value = step(*state, x)
        jax.block_until_ready((state, value))

    return run


def repeat(call):
    def run(n):
        for _ in range(n):
            call()

    return run


def whole_run():
    """20 epochs of moons as one scan: one compilation, one call."""
    shape, x = problem.SHAPES["moons"], problem.moons()
    params = jax.tree.map(jnp.asarray, problem.parameters(shape, jitter=0))
    index, weight = problem.epochs(len(x), shape.batch, 20)

    @jax.jit
    def train(params, x, index, weight):
        def body(state, batch):
            rows, weight = batch
            return train_step(shape, *state, x[rows], weight)[:2], None

        (params, _), _ = jax.lax.scan(body, (params, OPTIMIZER.init(params)), (index, weight))
        return log_prob(shape, params, rotations(params), x).mean()

    return {"train_mean_log_prob": float(train(params, x, index, weight))}


if __name__ == "__main__":
    if args.mode == "run":
        print(json.dumps(whole_run()))
    else:
        versions = {"jax": jax.__version__, "jaxlib": jax.lib.__version__, "optax": optax.__version__}
        serve(Timed(make), versions, time.perf_counter() - start)

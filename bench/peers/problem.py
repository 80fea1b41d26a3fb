"""The problems, their parameters and their data, in numpy: the same for every peer.

A flow's parameters are a list of blocks. A block is a dict of "v", the reflectors of its rotation (R×d), and either
"couplings", two conditioners of [(kernel, bias), …] each, or "logits", "means" and "log_scales" (d×K each).
A conditioner puts out logits, means and raw log scales, in this order, each d_b×K.

Of a neural spline flow ("nsf") a block is "couplings" alone, whose conditioners put out widths and heights, d_b×K each, and slopes,
d_b×(K−1). Of a masked autoregressive flow ("maf") it is "dense", a masked perceptron of all columns that puts out their shifts and
log scales; the order of the columns turns round from block to block.
"""

from dataclasses import dataclass

import numpy as np

BOUND = 3.0  # log σ = BOUND·tanh(raw) in the couplings
TAIL, LEAST = 3.0, 1e-3  # a spline bends [−TAIL, TAIL]; the least share of a bin in it, and the least slope
LEARNING_RATE = 3e-3
EVALUATION_ROWS = 4096


@dataclass(frozen=True)
class Shape:
    dim: int
    blocks: int
    components: int
    hidden: tuple  # empty: the diagonal flow
    batch: int
    recipe: str = ""  # mixtures; or "nsf", "maf"

    @property
    def halves(self):
        """The columns (identity, transformed) of a block's two couplings, as slices."""
        low, high = slice(0, self.dim // 2), slice(self.dim // 2, self.dim)
        return (low, high), (high, low)


SHAPES = {
    "moons": Shape(2, 4, 8, (32, 32), 512),
    "tabular": Shape(6, 6, 8, (64, 64), 512),
    "wide": Shape(43, 6, 8, (128, 128), 512),
    "diagonal": Shape(43, 6, 50, (), 4096),
    "nsf-6": Shape(6, 3, 8, (64, 64), 512, "nsf"),
    "nsf-43": Shape(43, 3, 8, (64, 64), 512, "nsf"),
    "maf-6": Shape(6, 5, 0, (128, 128), 512, "maf"),
    "maf-43": Shape(43, 5, 0, (128, 128), 512, "maf"),
}


def parameters(shape, dtype=np.float32, seed=1, jitter=0.05):
    """Random parameters: Glorot kernels, a last kernel of zeros, N(0, 1) reflectors, U(−3, 3) means; then each number
    is moved by jitter·N(0, 1)."""
    rng = np.random.default_rng(seed)

    def moved(value):
        return (value + jitter * rng.standard_normal(value.shape)).astype(dtype)

    def conditioner(columns_in, numbers):
        widths = (columns_in, *shape.hidden, numbers)
        dense = []
        for i, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):
            limit = 0.0 if i == len(shape.hidden) else np.sqrt(6 / (fan_in + fan_out))
            kernel = rng.uniform(-limit, limit, (fan_in, fan_out))
            dense.append((moved(kernel), moved(np.zeros(fan_out))))
        return dense

    def couplings(each):
        width = lambda s: s.stop - s.start
        return [conditioner(width(a), width(t) * each) for a, t in shape.halves]

    def block():
        if shape.recipe == "nsf":
            return {"couplings": couplings(3 * shape.components - 1)}
        if shape.recipe == "maf":
            return {"dense": conditioner(shape.dim, 2 * shape.dim)}
        b = {"v": moved(rng.standard_normal((shape.dim, shape.dim)))}
        if shape.hidden:
            b["couplings"] = couplings(3 * shape.components)
            return b
        size = (shape.dim, shape.components)
        return b | {
            "logits": moved(np.zeros(size)),
            "means": moved(rng.uniform(-3, 3, size)),
            "log_scales": moved(np.zeros(size)),
        }

    return [block() for _ in range(shape.blocks)]


def masks(shape, block):
    """Of a masked perceptron's kernels: what a unit of degree m may see has degree m at most. A column's degree is its place in
    the order, from 1; its shift and log scale have one less."""
    places = np.arange(shape.dim) if block % 2 == 0 else np.arange(shape.dim)[::-1]
    hidden = [1 + np.arange(units) * (shape.dim - 1) // units for units in shape.hidden]
    degrees = [places + 1, *hidden, np.tile(places, 2)]
    return [a[:, None] <= b for a, b in zip(degrees, degrees[1:])]


def stored(shape, path, dtype=np.float32):
    """The parameters in a .npy file: all numbers in the order of parameters', each array row by row."""
    numbers = np.load(path).ravel().astype(dtype)
    at = 0

    def filled(value):
        nonlocal at
        if isinstance(value, dict):
            return {name: filled(v) for name, v in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(filled(v) for v in value)
        at += value.size
        return numbers[at - value.size : at].reshape(value.shape)

    params = filled(parameters(shape, dtype))
    if at != numbers.size:
        raise ValueError(f"{path}: {numbers.size} parameters, want {at}")
    return params


def rows(shape, n, dtype=np.float32, seed=2):
    """n rows of noise."""
    return np.random.default_rng(seed).standard_normal((n, shape.dim)).astype(dtype)


def moons(n=5000, noise=0.08, seed=42, dtype=np.float32):
    """n standardized rows of two moons: half circles, uniform in angle, with Gaussian noise."""
    rng = np.random.default_rng(seed)
    angle = np.pi * rng.random(n)
    inner = np.arange(n) % 2 == 1
    x = np.where(inner, 1 - np.cos(angle), np.cos(angle))
    y = np.where(inner, 0.5 - np.sin(angle), np.sin(angle))
    data = np.stack([x, y], 1) + noise * rng.standard_normal((n, 2))
    return ((data - data.mean(0)) / data.std(0)).astype(dtype)


def epochs(n, batch, count, seed=3):
    """count shuffles of n rows as (index, weight) arrays of steps×batch: the last batch is filled up with rows of
    weight 0, so that every step has one shape and is compiled once. Weights are 1/(rows that count)."""
    rng = np.random.default_rng(seed)
    steps = -(-n // batch)
    index = np.zeros((count, steps * batch), np.int32)
    for row in index:
        row[:n] = rng.permutation(n)
    weight = np.zeros(steps * batch, np.float32)
    for start in range(0, n, batch):
        end = min(start + batch, n)
        weight[start:end] = 1 / (end - start)
    return index.reshape(-1, batch), np.tile(weight.reshape(steps, batch), (count, 1))

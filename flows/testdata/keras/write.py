"""Writes weights as the Keras library of the notebook saves them, with log p of a few rows: coupling.weights.h5, diagonal.weights.h5,
coupling.npz and log_prob.json.

    pip install -r requirements.txt && KERAS_BACKEND=torch python write.py

The classes have the names, the weights, their order and the maths of that library, its clip of the distribution function to
[1e-6, 1 - 1e-6] included; nothing of its source is copied. The weights are float32, as it saves them; log p is computed in float64
from them. "inside" are the rows of which nothing was clipped: beyond, that library's log p is not that of a change of variables.
"""

import json
import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
from keras import ops

keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")
EPS = 1e-6
LOG_SQRT_2PI = 0.9189385332046727


class Householder(keras.Layer):
    def __init__(self, num_reflectors):
        super().__init__()
        self.num_reflectors = num_reflectors

    def build(self, shape):
        self.v = self.add_weight(shape=(self.num_reflectors, shape[-1]), initializer="random_normal", name="v")

    def forward_and_log_det(self, y):
        for j in range(self.num_reflectors):
            v = self.v[j]
            y = y - 2 * ops.expand_dims(y @ v, 1) * v / (ops.sum(v * v) + 1e-12)
        return y, 0.0


class FixedOrtho(keras.Layer):
    def __init__(self, q):
        super().__init__()
        self.start = q

    def build(self, shape):
        self.q = self.add_weight(shape=self.start.shape, trainable=False, name="q")
        self.q.assign(self.start)

    def forward_and_log_det(self, x):
        return x @ self.q, 0.0


def mixture(x, logits, means, log_scales, clipped):
    """z and log dz/dx by the library's formula; x is N×m, the others N×m×K or m×K."""
    t = (ops.expand_dims(x, -1) - means) * ops.exp(-log_scales)
    log_pi = ops.log_softmax(logits, -1)
    u = ops.sum(ops.exp(log_pi) * 0.5 * (1 + ops.erf(t / np.sqrt(2))), -1)
    clipped |= ops.convert_to_numpy(ops.any((u < EPS) | (u > 1 - EPS), 1))
    z = np.sqrt(2) * ops.erfinv(2 * ops.clip(u, EPS, 1 - EPS) - 1)
    log_f = ops.logsumexp(log_pi - 0.5 * t * t - LOG_SQRT_2PI - log_scales, -1)
    return z, log_f + 0.5 * z * z + LOG_SQRT_2PI


class MixtureCDFGaussianization(keras.Layer):
    def __init__(self, num_components):
        super().__init__()
        self.num_components = num_components

    def build(self, shape):
        size = (shape[-1], self.num_components)
        self.logits = self.add_weight(shape=size, name="logits")
        self.means = self.add_weight(shape=size, name="means")
        self.log_scales = self.add_weight(shape=size, name="log_scales")

    def forward_and_log_det(self, x, clipped):
        z, slope = mixture(x, ops.convert_to_tensor(self.logits), ops.convert_to_tensor(self.means), ops.convert_to_tensor(self.log_scales), clipped)
        return z, ops.sum(slope, 1)


class MixtureCDFCoupling(keras.Layer):
    def __init__(self, mask, num_components, hidden):
        super().__init__()
        self.a, self.b = [i for i, m in enumerate(mask) if m], [i for i, m in enumerate(mask) if not m]
        self.num_components = num_components
        self.conditioner = keras.Sequential(
            [keras.layers.Dense(h, "relu") for h in hidden] + [keras.layers.Dense(3 * len(self.b) * num_components)]
        )

    def build(self, shape):
        self.conditioner.build((None, len(self.a)))

    def forward_and_log_det(self, x, clipped):
        a, b = x[:, self.a], x[:, self.b]
        theta = ops.reshape(self.conditioner(a), (-1, 3, len(self.b), self.num_components))
        zb, slope = mixture(b, theta[:, 0], theta[:, 1], 3 * ops.tanh(theta[:, 2]), clipped)
        columns = [x[:, j] if j in self.a else zb[:, self.b.index(j)] for j in range(x.shape[1])]
        return ops.stack(columns, 1), ops.sum(slope, 1)


class GaussianizationFlow(keras.Model):
    def __init__(self, bijectors, input_dim):
        super().__init__()
        self.bijector_layers = bijectors
        self.input_dim = input_dim

    def build(self, shape):
        for b in self.bijector_layers:
            b.build(shape)

    def call(self, x):
        return self.log_prob(x)[0]

    def log_prob(self, x):
        total, clipped = 0.0, np.zeros(x.shape[0], bool)
        for b in self.bijector_layers:
            x, log_det = b.forward_and_log_det(x, clipped) if hasattr(b, "num_components") else b.forward_and_log_det(x)
            total = total + log_det
        return x, total - ops.sum(0.5 * x * x + LOG_SQRT_2PI, 1), clipped


def coupling_flow(d, blocks, k, hidden):
    mask = [j < d // 2 for j in range(d)]
    bijectors = []
    for _ in range(blocks):
        bijectors += [Householder(d), MixtureCDFCoupling(mask, k, hidden), MixtureCDFCoupling([not m for m in mask], k, hidden)]
    return GaussianizationFlow(bijectors, d)


def diagonal_flow(d, blocks, k, rng):
    q, _ = np.linalg.qr(rng.normal(size=(d, d)))
    bijectors = [FixedOrtho(q)]
    for _ in range(blocks):
        bijectors += [Householder(d), MixtureCDFGaussianization(k)]
    return GaussianizationFlow(bijectors, d)


def main():
    keras.utils.set_random_seed(3)
    rng = np.random.default_rng(3)
    out = {"keras": keras.__version__, "flows": {}}
    for name, d, flow in (("coupling", 3, coupling_flow(3, 2, 3, (5,))), ("diagonal", 2, diagonal_flow(2, 2, 2, rng))):
        flow.build((None, d))
        weights = []
        for v in flow.weights:
            scale = {"kernel": 0.4, "bias": 0.3, "means": 1.0, "logits": 0.5, "log_scales": 0.3, "v": 1.0}.get(v.name)
            weights.append((scale * rng.normal(size=v.shape) if scale else v.numpy()).astype("float32"))
        # what the library saves is float32: the same layers of that type, under the names that they have there
        keras.config.set_dtype_policy("float32")
        single = coupling_flow(3, 2, 3, (5,)) if name == "coupling" else diagonal_flow(2, 2, 2, np.random.default_rng(3))
        single.build((None, d))
        single.set_weights(weights)
        single.save_weights(name + ".weights.h5")
        np.savez(name + ".npz", *single.get_weights())
        keras.config.set_dtype_policy("float64")
        flow.set_weights(weights)
        x = rng.normal(size=(40, d)) * 1.5
        x[-4:] *= 8
        _, log_prob, clipped = flow.log_prob(ops.convert_to_tensor(x))
        out["flows"][name] = {"rows": x.tolist(), "log_prob": ops.convert_to_numpy(log_prob).tolist(), "inside": (~clipped).tolist()}
        print(name, len(flow.weights), "tensors,", int((~clipped).sum()), "rows inside")
    with open("log_prob.json", "w") as f:
        json.dump(out, f)


main()

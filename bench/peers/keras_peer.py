"""The flow in Keras 3 on its JAX backend: layers with add_loss, compile and fit as a user calls them.

The mixture and its gradient are the JAX peer's primitive: a Keras user who cares for speed on this backend writes it in
JAX as well.
"""

import os
import time

start = time.perf_counter()
os.environ.setdefault("KERAS_BACKEND", "jax")

from protocol import Timed, arguments, serve

if __name__ == "__main__":
    args = arguments()
    if args.threads:
        os.environ["NPROC"] = str(args.threads)

import json

import jax
import keras
import numpy as np
from keras import ops

import jax_peer
import problem

LOG_SQRT_2PI = float(jax_peer.LOG_SQRT_2PI)


class Rotation(keras.Layer):
    """x·H_1·…·H_R."""

    def build(self, shape):
        self.v = self.add_weight(shape=(shape[-1], shape[-1]), initializer="random_normal", name="v")

    def matrix(self):
        return jax_peer.rotations([{"v": ops.convert_to_tensor(self.v)}])[0]

    def call(self, x):
        return x @ self.matrix()

    def inverse(self, z):
        return z @ self.matrix().T


class Coupling(keras.Layer):
    def __init__(self, identity, transformed, components, hidden, **kwargs):
        super().__init__(**kwargs)
        self.identity, self.transformed, self.components = identity, transformed, components
        width = 3 * (transformed.stop - transformed.start) * components
        self.dense = [keras.layers.Dense(h, "relu") for h in hidden]
        self.dense.append(keras.layers.Dense(width, kernel_initializer="zeros"))

    def build(self, shape):
        width = self.identity.stop - self.identity.start
        for dense in self.dense:
            dense.build((None, width))
            width = dense.units

    def theta(self, x):
        """Logits, means and log scales, d_b×K×N."""
        for dense in self.dense:
            x = dense(x)
        logits, means, raw = ops.reshape(ops.transpose(x), (3, -1, self.components, x.shape[0]))
        return logits, means, problem.BOUND * jax.numpy.tanh(raw)

    def transform(self, x, f):
        a, b = x[:, self.identity], x[:, self.transformed]
        half, log_slope = f(ops.transpose(b), *self.theta(a), -2)
        half = ops.transpose(half)
        return ops.concatenate([a, half] if self.identity.start == 0 else [half, a], 1), ops.sum(log_slope, 0)

    def call(self, x):
        z, log_det = self.transform(x, jax_peer.mixture)
        self.add_loss(-ops.mean(log_det))
        return z

    def inverse(self, z):
        return self.transform(z, lambda *a: (jax_peer.mixture_inverse(*a), a[0]))[0]


class Marginal(keras.Layer):
    def __init__(self, components, **kwargs):
        super().__init__(**kwargs)
        self.components = components

    def build(self, shape):
        size = (shape[-1], self.components)
        spread = keras.initializers.RandomUniform(-3, 3)
        self.logits = self.add_weight(shape=size, initializer="zeros", name="logits")
        self.means = self.add_weight(shape=size, initializer=spread, name="means")
        self.log_scales = self.add_weight(shape=size, initializer="zeros", name="log_scales")

    def transform(self, x, f):
        names = ("logits", "means", "log_scales")
        return jax_peer.diagonal(x, {n: ops.convert_to_tensor(getattr(self, n)) for n in names}, f)

    def call(self, x):
        z, log_slope = self.transform(x, jax_peer.mixture)
        self.add_loss(-ops.mean(ops.sum(log_slope, 1)))
        return z

    def inverse(self, z):
        return self.transform(z, lambda *a: (jax_peer.mixture_inverse(*a), a[0]))[0]


class Flow(keras.Model):
    """x → z; its loss is base_nll of z plus what the layers add."""

    def __init__(self, shape):
        super().__init__()
        self.bijectors = []
        for _ in range(shape.blocks):
            self.bijectors.append(Rotation())
            if shape.hidden:
                self.bijectors += [Coupling(a, b, shape.components, shape.hidden) for a, b in shape.halves]
            else:
                self.bijectors.append(Marginal(shape.components))

    def build(self, shape):
        for bijector in self.bijectors:
            bijector.build((None, shape[-1]))

    def call(self, x):
        for bijector in self.bijectors:
            x = bijector(x)
        return x

    def log_prob(self, x):
        """log p of each row."""
        log_det = 0.0
        for b in self.bijectors:
            if isinstance(b, Rotation):
                x = b(x)
            else:
                x, log_slope = b.transform(x, jax_peer.mixture)
                log_det = log_det + (log_slope if isinstance(b, Coupling) else ops.sum(log_slope, 1))
        return log_det - base_nll_rows(x)

    def invert(self, z):
        for bijector in reversed(self.bijectors):
            z = bijector.inverse(z)
        return z


def base_nll_rows(z):
    return ops.sum(0.5 * z * z + LOG_SQRT_2PI, 1)


def base_nll(_, z):
    """−mean log φ(z)."""
    return base_nll_rows(z)


def new_flow(shape, params, batch):
    flow = Flow(shape)
    flow.build((batch, shape.dim))
    flow.set_weights(jax.tree.leaves([block_weights(shape, block) for block in params]))
    flow.compile(keras.optimizers.Adam(problem.LEARNING_RATE), loss=base_nll)
    return flow


def block_weights(shape, block):
    if shape.hidden:
        return [block["v"], block["couplings"]]
    return [block["v"], block["logits"], block["means"], block["log_scales"]]


def stateless(flow, f):
    """f of the flow's weights and an input, compiled: Keras's way to use a model in jax.jit. The weights are closed over."""
    weights = [v.value for v in flow.variables]

    @jax.jit
    def run(x):
        with keras.StatelessScope(state_mapping=list(zip(flow.variables, weights))):
            return f(x)

    return run


def make(work, shape, params):
    flow = new_flow(shape, params, shape.batch)
    if work == "step":
        return make_step(shape, flow)
    data = problem.rows(shape, 1 if work == "log_prob_one" else problem.EVALUATION_ROWS)
    if work == "sample":
        keys = iter(jax.random.split(jax.random.key(1), 1_000_000))
        draw = stateless(flow, lambda key: flow.invert(jax.random.normal(key, data.shape)))
        return jax_peer.repeat(lambda: jax.block_until_ready(draw(next(keys))))
    density = stateless(flow, flow.log_prob)
    if work == "log_prob_one":
        return jax_peer.repeat(lambda: float(density(data)[0]))
    return jax_peer.repeat(lambda: np.asarray(density(data)))


def make_step(shape, flow):
    """n steps are one epoch of n equal batches: what fit costs around its epochs is shared by them."""
    x = problem.rows(shape, shape.batch)

    def run(n):
        rows = np.tile(x, (n, 1))
        flow.fit(rows, rows, batch_size=shape.batch, epochs=1, shuffle=False, verbose=0)

    return run


def log_prob_and_grad(shape, params, x):
    """For check.py: the gradient is that of the loss that fit minimizes, in the shape of params."""
    keras.config.set_floatx(x.dtype.name)
    keras.config.set_dtype_policy(x.dtype.name)
    flow = new_flow(shape, params, len(x))
    state = [v.value for v in flow.trainable_variables], [v.value for v in flow.non_trainable_variables]

    def loss(trainable):
        z, _, added = flow.stateless_call(trainable, state[1], x, return_losses=True)
        return ops.mean(base_nll(None, z)) + sum(added)

    weights = [block_weights(shape, block) for block in params]
    grads = jax.tree.unflatten(jax.tree.structure(weights), jax.grad(loss)(state[0]))
    names = ("v", "couplings") if shape.hidden else ("v", "logits", "means", "log_scales")
    return np.asarray(flow.log_prob(x)), [dict(zip(names, block)) for block in grads]


def whole_run():
    """The last batch of an epoch is smaller: fit compiles its step twice, as it does for every user."""
    shape, x = problem.SHAPES["moons"], problem.moons()
    flow = new_flow(shape, problem.parameters(shape, jitter=0), shape.batch)
    flow.fit(x, x, batch_size=shape.batch, epochs=20, verbose=0)
    return {"train_mean_log_prob": float(np.mean(stateless(flow, flow.log_prob)(x)))}


if __name__ == "__main__":
    if args.mode == "run":
        print(json.dumps(whole_run()))
    else:
        versions = {"keras": keras.__version__, "jax": jax.__version__}
        serve(Timed(make), versions, time.perf_counter() - start)

"""The flow in PyTorch: nn.Module, fused Adam; eager, or --compile for torch.compile.

Rows lie in the last axis, so that the vectorized loops run over rows. The mixture is an autograd.Function with the
gradient by hand, which was faster than autograd's. The diagonal flow goes through it CHUNK rows at a time.
"""

import time

start = time.perf_counter()

from protocol import Timed, arguments, serve

if __name__ == "__main__":
    args = arguments("--compile")

import json
import math

import numpy as np
import torch
from torch import nn

import problem

ROOT_2PI = math.sqrt(2 * math.pi)
CHUNK = 256  # rows of the diagonal flow at a time: its arrays of rows×d×K then stay in the cache


def mills(t):
    """Φ(−t)/e^(−t²/2) of t ≥ 0."""
    return 0.5 * torch.special.erfcx(t * math.sqrt(0.5))


def quantile(log_p):
    """Φ⁻¹(p) ≤ 0 from log p ≤ log ½: where p underflows, two Newton steps on log Φ from the asymptote."""
    tiny = math.log(torch.finfo(log_p.dtype).tiny)
    z = torch.special.ndtri(log_p.clamp(min=tiny).exp())
    far = log_p.clamp(max=tiny)
    y = (-2 * far - (-4 * math.pi * far).log()).sqrt()
    for _ in range(2):
        r = mills(y)
        y = y + (r.log() - 0.5 * y * y - far) * r * ROOT_2PI
    return torch.where(log_p < tiny, -y, z)


def score(x, logits, means, log_scales, axis):
    """z = Φ⁻¹(F(x)) and log dz/dx, with the parts that the gradient reads.

    Exact in both tails: with m = min t²/2 every component's e^(m − t²/2) is at most 1 and one of them is 1, so neither
    the density nor a tail that lies beyond all components can underflow.
    """
    w = logits.softmax(axis)
    inverse_scale = (-log_scales).exp()
    t = (x.unsqueeze(axis) - means) * inverse_scale
    square = 0.5 * t * t
    m = square.amin(axis)
    e = (m.unsqueeze(axis) - square).exp()
    tail = e * mills(t.abs())  # Φ(−|t|)·e^m
    left = t < 0
    weight_left, weighted = w * left, w * tail
    tail_left, tail_both = (weighted * left).sum(axis), weighted.sum(axis)
    weight_left, weight_right = weight_left.sum(axis), (w * ~left).sum(axis)
    tail_right = (weighted * ~left).sum(axis)
    shrink = (-m).exp()
    cdf = (tail_left - tail_right) * shrink + weight_right
    survival = (tail_right - tail_left) * shrink + weight_left
    lower = cdf < survival
    one_sided = torch.where(lower, weight_right, weight_left) == 0
    p = torch.where(one_sided, torch.where(lower, tail_left, tail_right), torch.minimum(cdf, survival))
    log_p = p.log() - torch.where(one_sided, m, 0.0)
    z = quantile(log_p)
    z = torch.where(lower, z, -z)
    density = w * inverse_scale * e
    total = density.sum(axis)
    return z, total.log() + 0.5 * z * z - m, (w, t, tail, density, total, left, lower, log_p, m)


class Mixture(torch.autograd.Function):
    """z and log dz/dx of an element; mixtures lie along axis."""

    @staticmethod
    def forward(ctx, x, logits, means, log_scales, axis):
        z, log_slope, parts = score(x, logits, means, log_scales, axis)
        ctx.axis, ctx.shape = axis, logits.shape
        ctx.save_for_backward(z, log_scales, *parts)
        return z, log_slope

    @staticmethod
    def backward(ctx, gz, gl):
        z, log_scales, w, t, tail, density, total, left, lower, log_p, m = ctx.saved_tensors
        wide = lambda a: a.unsqueeze(ctx.axis)
        scale = log_scales.exp()
        gz, gl, by_f = wide(gz + gl * z), wide(gl), wide(gl / total)
        half = 0.5 * z * z
        lift = wide((half - m).exp())
        push, pull = gz * lift, by_f * t
        mean = density * (pull / scale - push)
        log_scale = density * (pull * t - by_f - push * (t * scale))
        near = tail * lift
        part = torch.where(left == wide(lower), near, wide(half.exp()) - near)
        rise = gz * ROOT_2PI * torch.where(wide(lower), 1.0, -1.0)
        logit = w * (rise * (part - wide((log_p + half).exp())) - gl) + density * by_f
        to = ctx.shape
        return -mean.sum(ctx.axis), logit.sum_to_size(to), mean.sum_to_size(to), log_scale.sum_to_size(to), None


def rotation(v):
    """H_1·…·H_R = I − Vᵀ T⁻¹ V, the compact form: a triangular solve instead of R steps over the batch."""
    v = nn.functional.normalize(v, dim=1)
    eye = torch.eye(len(v), dtype=v.dtype)
    t = torch.triu(v @ v.T, 1) + 0.5 * eye
    return torch.eye(v.shape[1], dtype=v.dtype) - v.T @ torch.linalg.solve_triangular(t, v, upper=True)


class Coupling(nn.Module):
    def __init__(self, identity, transformed, components, dense):
        super().__init__()
        self.identity, self.transformed, self.components = identity, transformed, components
        self.kernels = nn.ParameterList(torch.tensor(kernel.T.copy()) for kernel, _ in dense)
        self.biases = nn.ParameterList(torch.tensor(bias[:, None]) for _, bias in dense)

    def theta(self, x):
        """Logits, means and log scales, d_b×K×N, from the identity half, d_a×N."""
        last = len(self.kernels) - 1
        for i, (kernel, bias) in enumerate(zip(self.kernels, self.biases)):
            x = torch.addmm(bias, kernel, x)
            x = x.relu() if i < last else x
        logits, means, raw = x.view(3, -1, self.components, x.shape[-1])
        return logits, means, problem.BOUND * raw.tanh()

    def join(self, identity, transformed):
        halves = (identity, transformed) if self.identity.start == 0 else (transformed, identity)
        return torch.cat(halves)

    def forward(self, x):
        half, log_slope = Mixture.apply(x[self.transformed], *self.theta(x[self.identity]), -2)
        return self.join(x[self.identity], half), log_slope.sum(0)

    def inverse(self, z):
        return self.join(z[self.identity], solve(z[self.transformed], *self.theta(z[self.identity]), -2))


class Marginal(nn.Module):
    def __init__(self, block):
        super().__init__()
        self.logits, self.means, self.log_scales = (
            nn.Parameter(torch.tensor(block[name])) for name in ("logits", "means", "log_scales")
        )

    def by_chunks(self, x, f):
        theta = [p.unsqueeze(0) for p in (self.logits, self.means, self.log_scales)]
        return [f(rows.contiguous(), *theta, -1) for rows in x.T.split(CHUNK)]

    def forward(self, x):
        z, log_slope = zip(*self.by_chunks(x, Mixture.apply))
        return torch.cat(z).T, torch.cat([l.sum(1) for l in log_slope])

    def inverse(self, z):
        return torch.cat(self.by_chunks(z, solve)).T


def solve(z, logits, means, log_scales, axis):
    """x with Φ⁻¹(F(x)) = z: Newton in the exact bracket [min, max] of μ + σz, halved where a step leaves it."""
    ends = means + log_scales.exp() * z.unsqueeze(axis)
    low, high = ends.amin(axis), ends.amax(axis)
    x = (logits.softmax(axis) * ends).sum(axis).clamp(low, high)
    tolerance = 64 * torch.finfo(z.dtype).eps
    for _ in range(40):
        value, log_slope, _ = SCORE(x, logits, means, log_scales, axis)
        low, high = torch.where(value < z, x, low), torch.where(value > z, x, high)
        newton = x - (value - z) * (-log_slope).exp()
        move = torch.where((newton >= low) & (newton <= high), newton, 0.5 * (low + high))
        done = ((move - x).abs() <= tolerance * (1 + x.abs())).all()
        x = move
        if done:
            break
    return x


SCORE = score  # compiled by --compile


class Flow(nn.Module):
    def __init__(self, shape, params):
        super().__init__()
        self.reflectors = nn.ParameterList(torch.tensor(block["v"]) for block in params)
        self.layers = nn.ModuleList(
            nn.ModuleList(
                Coupling(a, b, shape.components, dense) for (a, b), dense in zip(shape.halves, block["couplings"])
            )
            if shape.hidden
            else nn.ModuleList([Marginal(block)])
            for block in params
        )
        self.frozen = None

    def freeze(self):
        """Computes the rotations once, for reading."""
        with torch.no_grad():
            self.frozen = [rotation(v) for v in self.reflectors]
        return self.eval()

    def rotations(self):
        return self.frozen or [rotation(v) for v in self.reflectors]

    def forward(self, x):
        """log p of x (N×d)."""
        x, log_det = x.T, 0.0
        for q, layers in zip(self.rotations(), self.layers):
            x = q.T @ x
            for layer in layers:
                x, log_slope = layer(x)
                log_det = log_det + log_slope
        return log_det - (0.5 * x * x + math.log(ROOT_2PI)).sum(0)

    def inverse(self, z):
        x = z.T
        for q, layers in reversed(list(zip(self.rotations(), self.layers))):
            for layer in reversed(layers):
                x = layer.inverse(x)
            x = q @ x
        return x.T


def adam(flow):
    return torch.optim.Adam(flow.parameters(), lr=problem.LEARNING_RATE, fused=True)


def make_step(flow, x, compiled):
    optimizer = adam(flow)

    def gradients(x):
        optimizer.zero_grad(set_to_none=True)
        loss = -flow(x).mean()
        loss.backward()

    flow.forward = torch.compile(flow.forward) if compiled else flow.forward

    def step():
        gradients(x)
        optimizer.step()

    return step


def maker(compiled):
    def make(work, shape, params):
        flow = Flow(shape, params)
        if work == "step":
            return repeat(make_step(flow, torch.from_numpy(problem.rows(shape, shape.batch)), compiled))
        return repeat(torch.inference_mode()(reader(work, shape, flow.freeze(), compiled)))

    return make


def reader(work, shape, flow, compiled):
    data = problem.rows(shape, 1 if work == "log_prob_one" else problem.EVALUATION_ROWS)
    if work == "sample":
        return lambda: flow.inverse(torch.randn(data.shape))
    density = torch.compile(flow) if compiled else flow
    if work == "log_prob_one":
        return lambda: density(torch.from_numpy(data)).item()
    return lambda: density(torch.from_numpy(data)).numpy()


def repeat(call):
    def run(n):
        for _ in range(n):
            call()

    return run


def log_prob_and_grad(shape, params, x):
    """For check.py: the gradient is that of −mean log p, in the order and the shapes of params."""
    flow = Flow(shape, params)
    lp = flow(torch.from_numpy(x))
    (-lp.mean()).backward()
    grads = []
    for v, layers in zip(flow.reflectors, flow.layers):
        block = {"v": v.grad.numpy()}
        if shape.hidden:
            block["couplings"] = [
                [(k.grad.numpy().T, b.grad.numpy()) for k, b in zip(l.kernels, l.biases)] for l in layers
            ]
        else:
            block |= {name: getattr(layers[0], name).grad.numpy() for name in ("logits", "means", "log_scales")}
        grads.append(block)
    return lp.detach().numpy(), grads


def whole_run(compiled):
    shape, x = problem.SHAPES["moons"], torch.from_numpy(problem.moons())
    flow = Flow(shape, problem.parameters(shape, jitter=0))
    optimizer = adam(flow)
    forward = torch.compile(flow) if compiled else flow
    for index, weight in zip(*problem.epochs(len(x), shape.batch, 20)):
        optimizer.zero_grad(set_to_none=True)
        loss = -(torch.from_numpy(weight) * forward(x[torch.from_numpy(index)])).sum()
        loss.backward()
        optimizer.step()
    with torch.inference_mode():
        return {"train_mean_log_prob": flow.freeze()(x).mean().item()}


if __name__ == "__main__":
    if args.threads:
        torch.set_num_threads(args.threads)
    if args.compile:
        SCORE = torch.compile(score)
    if args.mode == "run":
        print(json.dumps(whole_run(args.compile)))
    else:
        serve(Timed(maker(args.compile)), {"torch": torch.__version__}, time.perf_counter() - start)

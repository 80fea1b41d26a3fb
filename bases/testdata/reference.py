"""Writes reference.json: log p of every base by torch.distributions, in float64.

    pip install -r requirements.txt && python reference.py > reference.json

The covariance of a full mixture is built here from its Cholesky factor; the test is given the numbers that GaussianMixture has for it,
the inverse of that factor: the logarithms of 1/diagonal and the rows below it over the diagonal.
"""

import json

import torch
from torch import distributions as D

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)

N, DIM, K = 12, 3, 4
z = torch.randn(N, DIM) * 2
z[-1] *= 50  # far out
flat = lambda t: t.reshape(-1).tolist()
cases = []


def case(base, density, params, rows=z, **more):
    cases.append({"base": base, "rows": rows.tolist(), "params": [flat(p) for p in params], "log_prob": flat(density(rows)), **more})


mean, log_scale, log_degrees = torch.randn(DIM), torch.randn(DIM) / 2, torch.randn(DIM)
case("normal", lambda z: D.Normal(mean, log_scale.exp()).log_prob(z).sum(-1), [mean, log_scale])
case("student_t", lambda z: D.StudentT(10 * log_degrees.exp(), mean, log_scale.exp()).log_prob(z).sum(-1), [mean, log_scale, log_degrees])

low, high = torch.tensor([-1.0, 0.0, 2.5]), torch.tensor([1.0, 7.0, 2.75])
inside = low + torch.rand(N, DIM) * (high - low)
case("uniform", lambda z: D.Independent(D.Uniform(low, high), 1).log_prob(z), [], inside, low=flat(low), high=flat(high))

logits, means, log_scales = torch.randn(K), 2 * torch.randn(K, DIM), torch.randn(K, DIM) / 2
weights = D.Categorical(logits=logits)
diagonal = D.MixtureSameFamily(weights, D.Independent(D.Normal(means, log_scales.exp()), 1))
case("gaussian_mixture", diagonal.log_prob, [logits, means, log_scales])

factor = torch.tril(torch.randn(K, DIM, DIM), -1) + torch.diag_embed(log_scales.exp())
full = D.MixtureSameFamily(weights, D.MultivariateNormal(means, scale_tril=factor))
inverse = torch.linalg.inv(factor)
scales = 1 / torch.diagonal(inverse, dim1=-2, dim2=-1)
unit = inverse * scales[..., None]
triangle = torch.stack([unit[:, j, i] for j in range(DIM) for i in range(j)], -1)
case("gaussian_mixture_full", full.log_prob, [logits, means, scales.log(), triangle])

ends = [mean - 3**0.5 * log_scale.exp(), mean + 3**0.5 * log_scale.exp()]
inside = ends[0] + torch.rand(N, DIM) * (ends[1] - ends[0])
case("uniform_interval", lambda z: D.Independent(D.Uniform(*ends), 1).log_prob(z), [mean, log_scale], inside)

print(json.dumps({"torch": torch.__version__, "cases": cases}))

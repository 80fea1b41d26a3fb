"""Writes linear.json beside it: linear layers by nflows, a library that has both, in float64:

    pip install nflows==0.14 torch
    python3 reference_linear.py

lu: LULinear as the matrix w of z = x·w, rows x, z and log|det|, rows y and x = y·w⁻¹. act_norm: ActNorm as shift and log_scale of
z = (x − shift)·exp(−log_scale), x, z, log|det| and the inverse of y.
"""
import json

import torch
from nflows.transforms.lu import LULinear
from nflows.transforms.normalization import ActNorm

torch.set_default_dtype(torch.float64)
torch.manual_seed(22)


def values(layer, d):
    x, y = torch.randn(5, d), torch.randn(5, d)
    z, log_det = layer(x)
    back, inverse_log_det = layer.inverse(y)
    return {"x": x.tolist(), "z": z.tolist(), "log_det": log_det.tolist(),
            "y": y.tolist(), "back": back.tolist(), "inverse_log_det": inverse_log_det.tolist()}


cases = {"lu": [], "act_norm": []}
with torch.no_grad():
    for d in (1, 2, 5, 9):
        lu = LULinear(d, identity_init=False)
        for p in (lu.lower_entries, lu.upper_entries, lu.unconstrained_upper_diag):
            p.copy_(0.5 * torch.randn_like(p))  # so that the condition of the matrix costs no digits
        cases["lu"].append({"w": lu.weight().T.tolist(), **values(lu, d)})
        norm = ActNorm(d)
        norm.initialized.fill_(True)
        norm.log_scale.copy_(torch.randn(d))
        norm.shift.copy_(torch.randn(d))
        shift = -norm.shift / norm.scale
        cases["act_norm"].append({"shift": shift.tolist(), "log_scale": (-norm.log_scale).tolist(), **values(norm, d)})

with open("linear.json", "w") as f:
    json.dump(cases, f, indent=1)

"""A density behind FastAPI as people write it: a PyTorch model, a pydantic row, uvicorn. The flow has the tabular shape of bench: six
columns, six couplings of mixtures of eight normals, networks of 64 and 64; random weights cost what trained ones do."""
import socket

import torch
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from torch import nn

torch.set_grad_enabled(False)


class Coupling(nn.Module):
    def __init__(self, flip):
        super().__init__()
        self.flip = flip
        self.net = nn.Sequential(nn.Linear(3, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 3 * 8 * 3))
        self.rotation = nn.Parameter(torch.linalg.qr(torch.randn(6, 6))[0])

    def forward(self, x):
        x = x @ self.rotation
        a, b = x.chunk(2, 1)
        if self.flip:
            a, b = b, a
        weight, mean, scale = self.net(a).view(-1, 3, 8, 3).unbind(3)
        normal = torch.distributions.Normal(mean, scale.exp())
        weight = weight.log_softmax(2)
        cdf = (weight + normal.cdf(b[..., None]).clamp(1e-6, 1 - 1e-6).log()).logsumexp(2).exp()
        z = torch.special.ndtri(cdf.clamp(1e-6, 1 - 1e-6))
        density = (weight + normal.log_prob(b[..., None])).logsumexp(2)
        log_det = (density + 0.5 * z**2 + 0.9189385332).sum(1)
        return torch.cat([z, a] if self.flip else [a, z], 1), log_det


class Flow(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(Coupling(i % 2 == 1) for i in range(12))

    def forward(self, x):
        total = 0
        for layer in self.layers:
            x, log_det = layer(x)
            total = total + log_det
        return total - 0.5 * (x**2).sum(1) - 3 * 1.8378770664


class Row(BaseModel):
    x1: float
    x2: float
    x3: float
    x4: float
    x5: float
    x6: float


app, flow = FastAPI(), Flow().eval()


@app.get("/readyz")
def ready():
    return {"status": "ready"}


@app.post("/v1/models/tabular/score")
def score(row: Row):
    x = torch.tensor([[row.x1, row.x2, row.x3, row.x4, row.x5, row.x6]])
    return {"log_prob": float(flow(x)[0])}


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print("127.0.0.1:%d" % listener.getsockname()[1], flush=True)
    uvicorn.run(app, fd=listener.fileno(), log_level="error")

"""scikit-learn's GaussianMixture behind FastAPI, as people write it."""
import socket

import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sklearn.mixture import GaussianMixture


class Row(BaseModel):
    x1: float
    x2: float
    x3: float
    x4: float
    x5: float
    x6: float


app = FastAPI()
mixture = GaussianMixture(8, random_state=0).fit(np.random.default_rng(0).normal(size=(5000, 6)))


@app.get("/readyz")
def ready():
    return {"status": "ready"}


@app.post("/v1/models/tabular/score")
def score(row: Row):
    return {"log_prob": float(mixture.score_samples(np.array([[row.x1, row.x2, row.x3, row.x4, row.x5, row.x6]]))[0])}


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print("127.0.0.1:%d" % listener.getsockname()[1], flush=True)
    uvicorn.run(app, fd=listener.fileno(), log_level="error")

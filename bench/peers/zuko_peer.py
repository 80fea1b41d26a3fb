"""A flow of zuko, trained as bench/likelihood trains ours: DIR FLOW LAYERS EPOCHS SEED.

DIR has train.npy, validate.npy and test.npy. Prints JSON: log p of the test rows, parameters, seconds.
"""

import copy
import json
import sys
import time

import numpy as np
import torch
import zuko

if __name__ == "__main__":
    folder, kind = sys.argv[1:3]
    layers, epochs, seed = map(int, sys.argv[3:6])
    torch.manual_seed(seed)
    part = {name: torch.from_numpy(np.load(f"{folder}/{name}.npy")).float() for name in ("train", "validate", "test")}
    d = part["train"].shape[1]
    start = time.perf_counter()
    if kind == "NSF":
        flow = zuko.flows.NSF(features=d, transforms=layers, bins=8, hidden_features=(64, 64))
    else:
        flow = zuko.flows.MAF(features=d, transforms=layers, hidden_features=(64, 64))
    optimizer = torch.optim.Adam(flow.parameters(), lr=1e-3)
    steps = epochs * -(-len(part["train"]) // 256)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    best, kept = float("inf"), None
    for epoch in range(epochs):
        for rows in torch.randperm(len(part["train"])).split(256):
            loss = -flow().log_prob(part["train"][rows]).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        with torch.no_grad():
            loss = -flow().log_prob(part["validate"]).mean().item()
        if loss < best:
            best, kept = loss, copy.deepcopy(flow.state_dict())
    seconds = time.perf_counter() - start
    flow.load_state_dict(kept)
    with torch.no_grad():
        log_prob = flow().log_prob(part["test"]).double()
    json.dump({"log_prob": log_prob.tolist(), "parameters": sum(p.numel() for p in flow.parameters()), "seconds": seconds}, sys.stdout)

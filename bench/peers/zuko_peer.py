"""A flow of zuko, trained as bench/likelihood trains ours: DIR FLOW LAYERS EPOCHS PATIENCE SEED.

DIR has train.npy, validate.npy and test.npy. Prints JSON: mean log p of the test rows, parameters, epochs, seconds.
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
    layers, epochs, patience, seed = map(int, sys.argv[3:7])
    torch.manual_seed(seed)
    part = {name: torch.from_numpy(np.load(f"{folder}/{name}.npy")).float() for name in ("train", "validate", "test")}
    d = part["train"].shape[1]
    start = time.perf_counter()
    if kind == "NSF":
        flow = zuko.flows.NSF(features=d, transforms=layers, bins=8, hidden_features=(64, 64))
    else:
        flow = zuko.flows.MAF(features=d, transforms=layers, hidden_features=(64, 64))
    optimizer = torch.optim.Adam(flow.parameters(), lr=1e-3)
    best, kept, since, epoch = float("inf"), None, 0, 0
    for epoch in range(1, epochs + 1):
        for rows in torch.randperm(len(part["train"])).split(256):
            loss = -flow().log_prob(part["train"][rows]).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            loss = -flow().log_prob(part["validate"]).mean().item()
        since += 1
        if loss < best:
            best, kept, since = loss, copy.deepcopy(flow.state_dict()), 0
        if since >= patience:
            break
    seconds = time.perf_counter() - start
    flow.load_state_dict(kept)
    with torch.no_grad():
        log_prob = flow().log_prob(part["test"]).double().mean().item()
    json.dump({"log_prob": log_prob, "parameters": sum(p.numel() for p in flow.parameters()), "epochs": epoch, "seconds": seconds}, sys.stdout)

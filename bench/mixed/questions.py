"""Imputation and quantiles beside scikit-learn's: python questions.py TOOL TABLE [ROWS [COLUMN]]

TOOL is the program gaussflow, built; TABLE is a CSV file, of which ROWS rows are taken, 3000 unless given.

Imputation: a fifth of the cells are hidden at random, and filled by gaussflow (the mean of 100 draws, by a model fitted to the
table with the hidden cells), by IterativeImputer (Bayesian ridge regressions of categories one-hot) and by missForest's like (IterativeImputer
with forests, of categories as whole numbers). Printed are the root mean square error of numbers, in standard deviations of their columns,
the share of wrong categories (not of the regressions, which are of numbers), and the share of hidden numbers that lie between the least and
the greatest of 20 draws: 19 in 21 where the draws are of their law, more where values tie.

Quantiles of COLUMN, where it is given, on a third of the rows held out: the pinball loss, mean over the quantiles 0.05, 0.25, 0.5, 0.75
and 0.95, by gaussflow predict and by HistGradientBoostingRegressor, one a quantile, both fitted to the others. Needs: numpy, pandas, scikit-learn."""
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer

warnings.filterwarnings("ignore")
tool, path = os.path.abspath(sys.argv[1]), sys.argv[2]
rows = int(sys.argv[3]) if len(sys.argv) > 3 else 3000
target = sys.argv[4] if len(sys.argv) > 4 else None
rng = np.random.default_rng(1)
table = pd.read_csv(path)
table = table.dropna(subset=[target]) if target else table
table = table.drop(columns=[c for c in table if c in ("rownames", "id")])
table = table.iloc[rng.permutation(len(table))[:rows]].reset_index(drop=True)
numbers = [c for c in table if pd.api.types.is_numeric_dtype(table[c])]
words = [c for c in table if c not in numbers]


def run(folder, *args):
    r = subprocess.run([tool, *args], cwd=folder, capture_output=True, text=True)
    if r.returncode:
        sys.exit(r.stderr)


def impute():
    hidden = pd.DataFrame(rng.random(table.shape) < 0.2, columns=table.columns) & table.notna()
    shown = table.astype(object).where(~hidden)
    with tempfile.TemporaryDirectory() as folder:
        shown.to_csv(os.path.join(folder, "t.csv"), index=False)
        run(folder, "fit", "t.csv", "-o", "m.gflow", "-q", "--seed", "1")
        run(folder, "impute", "m.gflow", "t.csv", "--mean", "-o", "mean.csv")
        run(folder, "impute", "m.gflow", "t.csv", "--draws", "20", "-o", "draws.csv")
        ours = pd.read_csv(os.path.join(folder, "mean.csv"))
        draws = pd.read_csv(os.path.join(folder, "draws.csv"))
    inside = total = 0
    for c in numbers:
        many = draws[c].to_numpy(float).reshape(len(table), -1)[hidden[c]]
        truth = table[c].to_numpy(float)[hidden[c]]
        inside += np.sum((truth >= many.min(1)) & (truth <= many.max(1)))
        total += len(truth)
    number = shown[numbers].astype(float)
    onehot = [pd.get_dummies(shown[c]).astype(float).where(shown[c].notna()) for c in words]
    wide = pd.concat([number, *onehot], axis=1)
    wide = wide.set_axis(range(wide.shape[1]), axis=1)
    linear = IterativeImputer(max_iter=20, random_state=0).fit_transform(wide)
    codes = [shown[c].astype("category").cat for c in words]
    narrow = pd.concat([number] + [c.codes.where(c.codes >= 0).astype(float) for c in codes], axis=1).to_numpy(float)
    forest = IterativeImputer(RandomForestRegressor(50, min_samples_leaf=2, n_jobs=2, random_state=0), max_iter=4, random_state=0).fit_transform(narrow)
    filled = {"gaussflow": ours, "IterativeImputer": pd.DataFrame(linear[:, : len(numbers)], columns=numbers), "forests": pd.DataFrame(forest[:, : len(numbers)], columns=numbers)}
    for j, c in enumerate(words):
        levels = codes[j].categories.to_numpy()
        filled["forests"][c] = levels[np.clip(np.rint(forest[:, len(numbers) + j]), 0, len(levels) - 1).astype(int)]
    for name, f in filled.items():
        squares = [np.mean(((f[c].to_numpy(float) - table[c].to_numpy(float))[hidden[c]] / table[c].std()) ** 2) for c in numbers]
        wrong = [np.mean(f[c].astype(str).to_numpy()[hidden[c]] != table[c].astype(str).to_numpy()[hidden[c]]) for c in words if c in f]
        print(f"{name:18s} numbers {np.sqrt(np.mean(squares)):.4f}" + (f"   categories wrong {np.mean(wrong):.4f}" if wrong else ""))
    print(f"within 20 draws    {inside / total:.3f}")


def quantiles():
    test = np.arange(len(table)) % 3 == 0
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    truth = table[target].to_numpy(float)[test]
    with tempfile.TemporaryDirectory() as folder:
        table[~test].to_csv(os.path.join(folder, "fit.csv"), index=False)
        table[test].to_csv(os.path.join(folder, "test.csv"), index=False)
        run(folder, "fit", "fit.csv", "-o", "m.gflow", "-q", "--seed", "1", "--family", "any-order")
        run(folder, "predict", "m.gflow", "test.csv", target, "--levels", ",".join(map(str, levels)), "-o", "q.csv")
        ours = pd.read_csv(os.path.join(folder, "q.csv")).filter(like=target + "_").to_numpy(float)[:, -len(levels) :]
    x = table.drop(columns=[target])
    for c in words:
        x[c] = x[c].astype("category")
    theirs = np.column_stack([
        HistGradientBoostingRegressor(loss="quantile", quantile=q, categorical_features="from_dtype", random_state=0).fit(x[~test], table[target][~test]).predict(x[test])
        for q in levels
    ])
    for name, q in (("gaussflow", ours), ("HistGradientBoosting", theirs)):
        off = truth[:, None] - q
        print(f"{name:22s} pinball loss of {target} {np.mean(np.maximum(np.array(levels) * off, (np.array(levels) - 1) * off)):.5g}")


print(f"{os.path.basename(path)}: {len(table)} rows")
impute()
if target:
    quantiles()

"""Held-out log p of a product of conditionals by gradient-boosted trees: python trees.py FOLDER [TABLE ...]

FOLDER is what `go run ./bench/mixed -o FOLDER` wrote. Column by column, in order, a HistGradientBoostingClassifier tells the column's
class from the columns before it: a category is its own class, a number one of at most 32 bins between quantiles. Within a bin the
values seen are as often as in the rows fitted to, with one more row spread over all of them, where the column has a step; else
the density is flat, and values with a probability of their own (atoms of the schema) have their share of the bin; a held value beyond those fitted to counts as in the outermost bin, which favours the trees. A tenth of the rows
chooses the number of trees, and how much of the shares of the classes alone is mixed in. Missing cells are left out, as package
mixed does, so the means are nats a row in the same units. Needs: numpy, pandas, scikit-learn."""
import json, os, sys
import numpy as np, pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

TREES = (10, 20, 40, 80)
BINS = 32


def classes(values, column):
    """The class of each value, and the log p of each held value within its class."""
    kind, step = column["kind"], column.get("step", 0)
    fitted, held = values
    if kind in ("category", "boolean"):
        return fitted.astype(int), held.astype(int), np.zeros(len(held))
    edges = np.unique(np.quantile(fitted, np.linspace(0, 1, BINS + 1), method="lower"))
    if step and kind != "numbers":
        edges = edges - step / 2  # between two values of the grid
        edges = np.unique(np.append(edges, fitted.max() + step / 2))
    cut = lambda v: np.clip(np.searchsorted(edges, v, side="right") - 1, 0, len(edges) - 2)
    of_fitted, of_held = cut(fitted), cut(held)
    if step and kind != "numbers":
        index = lambda v: np.round((v - fitted.min()) / step).astype(int)
        cells = np.maximum(np.round(np.diff(edges) / step), 1)
        counts = pd.Series(index(fitted)).value_counts()
        rows = np.bincount(of_fitted, minlength=len(edges) - 1)
        seen = counts.reindex(index(held), fill_value=0).to_numpy()
        return of_fitted, of_held, np.log((seen + 1 / cells[of_held]) / (rows[of_held] + 1))
    atoms = np.array([a["value"] for a in column.get("atoms", [])])
    of_atoms, rows = cut(atoms), np.bincount(of_fitted, minlength=len(edges) - 1)
    kinds = 1 + np.bincount(of_atoms, minlength=len(edges) - 1)  # that the one more row is spread over: atoms, and the density
    at_atoms = np.bincount(of_fitted[np.isin(fitted, atoms)], minlength=len(edges) - 1)
    density = (rows - at_atoms + 1 / kinds) / (rows + 1) / np.diff(edges)
    share = {v: ((fitted == v).sum() + 1 / kinds[b]) / (rows[b] + 1) for v, b in zip(atoms, of_atoms)}
    return of_fitted, of_held, np.log([share.get(v, density[b]) for v, b in zip(held, of_held)])


def log_prob(x, y, x_held, y_held, rng):
    """log P(class) of held rows: trees mixed with the shares of the classes."""
    known = np.unique(np.concatenate([y, y_held]))
    share = np.array([(y == c).sum() + 1 / len(known) for c in known]) / (len(y) + 1)
    place = {c: i for i, c in enumerate(known)}
    at, at_held = np.array([place[c] for c in y]), np.array([place[c] for c in y_held])
    if x.shape[1] == 0 or len(np.unique(y)) < 2:
        return np.log(share[at_held])
    judge = rng.random(len(y)) < 0.1
    best = (-np.inf, None, None)
    weights = np.array([0.01, 0.03, 0.1, 0.3, 0.6, 1])

    def probability(model, rows, which):
        p = np.zeros((len(rows), len(known)))
        p[:, [place[c] for c in model.classes_]] = model.predict_proba(rows)
        return p[np.arange(len(rows)), which]

    for trees in TREES:
        model = HistGradientBoostingClassifier(max_iter=trees, early_stopping=False, random_state=0, max_leaf_nodes=8)
        model.fit(x[~judge], y[~judge])
        p = probability(model, x[judge], at[judge])
        for w in weights:
            score = np.log((1 - w) * p + w * share[at[judge]]).mean()
            if score > best[0]:
                best = (score, model, w)
    _, model, w = best
    return np.log((1 - w) * probability(model, x_held, at_held) + w * share[at_held])


def mean_log_prob(folder, name):
    """The mean log p of a table's held rows."""
    read = lambda part: pd.read_csv(os.path.join(folder, f"{name}-{part}.csv"))
    fitted, held = read("fitted"), read("held")
    with open(os.path.join(folder, f"{name}-schema.json")) as f:
        schema = json.load(f)
    columns = [c for c in schema["columns"] if c["kind"] in ("category", "boolean", "numbers", "grid", "time")]
    rng, total = np.random.default_rng(0), np.zeros(len(held))
    for j, column in enumerate(columns):
        a, b = fitted[column["name"]].notna().to_numpy(), held[column["name"]].notna().to_numpy()
        y, y_held, within = classes((fitted[column["name"]][a].to_numpy(), held[column["name"]][b].to_numpy()), column)
        before = [c["name"] for c in columns[:j]]
        total[b] += within + log_prob(fitted[before][a].to_numpy(float), y, held[before][b].to_numpy(float), y_held, rng)
    return total.mean()


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    for name in names or sorted(f[:-12] for f in os.listdir(folder) if f.endswith("-schema.json")):
        print(f"{name:24s} trees {mean_log_prob(folder, name):9.3f}", flush=True)


if __name__ == "__main__":
    main()

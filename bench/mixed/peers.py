"""Who else draws tables: the synthesizers of SDV with their defaults, and a mixture of normals. Each takes the rows to fit to and says
how to draw n rows like them."""
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
STEPS = 300_000  # rows that a network of SDV is shown at most: fewer than its 300 epochs where a table has more than 1000


def sdv(name, **settings):
    def fit(rows, seed):
        import sdv.single_table
        import torch
        from sdv.metadata import Metadata

        np.random.seed(seed), torch.manual_seed(seed)
        epochs = {} if name == "GaussianCopulaSynthesizer" else {"epochs": min(300, STEPS // len(rows) + 1)}
        metadata = Metadata.detect_from_dataframes({"table": rows}, infer_keys=None)
        model = getattr(sdv.single_table, name)(metadata, **epochs, **settings)
        model.fit({"table": rows})

        def draw(n):
            drawn = model.sample(n)
            return drawn["table"] if isinstance(drawn, dict) else drawn

        return draw

    return fit


def mixture(rows, seed):
    """A Gaussian mixture of numbers in standard deviations and categories one-hot, a missing cell a level or a column more; of 1 to 32
    components those that a tenth of the rows likes best. What it draws is cut to the range and the digits of the column."""
    from sklearn.mixture import GaussianMixture

    columns, parts = [], []
    for c in rows:
        if pd.api.types.is_numeric_dtype(rows[c]) and not pd.api.types.is_bool_dtype(rows[c]):
            v = rows[c].astype(float)
            digits = next((d for d in range(12) if np.allclose(v.dropna(), v.dropna().round(d), rtol=0, atol=1e-12)), 12)
            columns.append((c, "number", (v.mean(), v.std() or 1, v.min(), v.max(), digits)))
            parts.append(np.column_stack([((v - v.mean()) / (v.std() or 1)).fillna(0), v.isna()]))
        else:
            codes, levels = pd.factorize(rows[c], use_na_sentinel=False)
            columns.append((c, "category", levels))
            parts.append(np.eye(len(levels))[codes])
    x = np.hstack(parts).astype(float)
    judge = np.random.default_rng(seed).random(len(x)) < 0.1
    tries = [GaussianMixture(k, reg_covar=1e-4, random_state=seed).fit(x[~judge]) for k in (1, 2, 4, 8, 16, 32) if k * 10 < len(x)]
    best = max(tries, key=lambda m: m.score(x[judge]))

    def draw(n):
        z, out, at = best.sample(n)[0], {}, 0
        np.random.default_rng(seed).shuffle(z)
        for (c, kind, facts), part in zip(columns, parts):
            cells = z[:, at : at + part.shape[1]]
            at += part.shape[1]
            if kind == "category":
                out[c] = np.asarray(facts, object)[cells.argmax(1)]
            else:
                mean, std, low, high, digits = facts
                out[c] = np.where(cells[:, 1] > 0.5, np.nan, np.clip(cells[:, 0] * std + mean, low, high).round(digits))
        return pd.DataFrame(out)

    return draw


PEERS = {
    "mixture": mixture,
    "GaussianCopula": sdv("GaussianCopulaSynthesizer"),
    "CTGAN": sdv("CTGANSynthesizer"),
    "TVAE": sdv("TVAESynthesizer"),
}

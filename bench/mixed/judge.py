"""What samples are worth: how well a classifier tells them from rows that were held out, and what is learned from them.

The judge is scikit-learn's HistGradientBoosting with its defaults, which sees categories as categories and missing cells as missing."""
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

DIGITS = 10  # of a number that count: 6.904679999999999 in the rows is 6.90468 in samples, which tells of a program's arithmetic alone
MOST_LEVELS = 250  # of a column of words that the judge takes as a category; of more it sees their order alone


def numbers(real, *others):
    """The tables as matrices of numbers, and which columns are categories: words by their place in the alphabet, dates as seconds."""
    frames, categories = [real, *others], []
    out = [pd.DataFrame(index=f.index) for f in frames]
    for c in real:
        if pd.api.types.is_numeric_dtype(real[c]) and not pd.api.types.is_bool_dtype(real[c]):
            parts = [pd.to_numeric(f[c], errors="coerce").astype(float).map(lambda v: float(f"{v:.{DIGITS}g}")) for f in frames]
        elif (times := pd.to_datetime(real[c], errors="coerce", utc=True, format="ISO8601")).notna().sum() == real[c].notna().sum() > 0:
            parts = [(pd.to_datetime(f[c], errors="coerce", utc=True, format="ISO8601") - times.min()).dt.total_seconds() for f in frames]
        else:
            words = [f[c].astype("string") for f in frames]
            levels = sorted(set().union(*(w.dropna() for w in words)))
            parts = [pd.Series(pd.Categorical(w, levels).codes, f.index).replace(-1, np.nan).astype(float) for w, f in zip(words, frames)]
            if len(levels) <= MOST_LEVELS:
                categories.append(len(out[0].columns))
        for o, p in zip(out, parts):
            o[c] = p
    return [o.to_numpy() for o in out], categories


def told_apart(real, sample, seed):
    """ROC-AUC of the judge, cross-fitted in five folds, that tells rows from as many samples: 0.5 is best."""
    (a, b), categories = numbers(real, sample[real.columns])
    x, y = np.vstack([a, b]), np.repeat([0, 1], [len(a), len(b)])
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    judge = HistGradientBoostingClassifier(categorical_features=categories, random_state=seed)
    return roc_auc_score(y, cross_val_predict(judge, x, y, cv=folds, method="predict_proba")[:, 1])


def learned(train, test, target, seed):
    """R² of a number or ROC-AUC of a category, one against the rest, that the judge reaches on test when it has learned from train."""
    train, test = train[train[target].notna()], test[test[target].notna()]
    columns = [c for c in test if c != target]
    (x, x_test), categories = numbers(test[columns], train[columns])[0][::-1], numbers(test[columns], train[columns])[1]
    if pd.api.types.is_float_dtype(test[target]) or test[target].nunique() > 10:
        model = HistGradientBoostingRegressor(categorical_features=categories, random_state=seed)
        return r2_score(test[target], model.fit(x, train[target].astype(float)).predict(x_test))
    kind = float if pd.api.types.is_numeric_dtype(test[target]) else str
    known = sorted(test[target].astype(kind).unique())
    model = HistGradientBoostingClassifier(categorical_features=categories, random_state=seed).fit(x, train[target].astype(kind))
    p = pd.DataFrame(model.predict_proba(x_test), columns=model.classes_).reindex(columns=known, fill_value=0).to_numpy() + 1e-9
    p /= p.sum(1, keepdims=True)
    truth = test[target].astype(kind)
    return roc_auc_score(truth == known[1], p[:, 1]) if len(known) == 2 else roc_auc_score(truth, p, multi_class="ovr", labels=known)

"""Classifier two-sample test of rows held out against samples: python c2st.py FOLDER

FOLDER is what `go run ./bench/mixed -o FOLDER` wrote. Prints the ROC-AUC of scikit-learn's HistGradientBoostingClassifier,
cross-fitted in five folds, that tells held-out rows from samples: 0.5 is best. Needs: numpy, pandas, scikit-learn."""
import glob, os, sys
import numpy as np, pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

for held in sorted(glob.glob(os.path.join(sys.argv[1], "*-held.csv"))):
    name = os.path.basename(held)[: -len("-held.csv")]
    real = pd.read_csv(held)
    sample = pd.read_csv(held.replace("-held", "-sample"))
    x = np.vstack([real.to_numpy(float), sample.to_numpy(float)])
    y = np.repeat([0, 1], [len(real), len(sample)])
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    p = cross_val_predict(HistGradientBoostingClassifier(random_state=0), x, y, cv=folds, method="predict_proba")[:, 1]
    print(f"{name:24s} {len(real):6d} rows   AUC {roc_auc_score(y, p):.3f}")

"""The warm start's fits by scikit-learn: one GaussianMixture a column."""

import time

start = time.perf_counter()

from protocol import arguments, serve

if __name__ == "__main__":
    args = arguments()

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits


def warm_start(request):
    x = np.load(request["path"])
    begin = time.perf_counter()
    fits = [
        GaussianMixture(
            request.get("components", 8),
            covariance_type="diag",
            tol=1e-3,
            reg_covar=1e-6,
            max_iter=100,
            random_state=column,
        ).fit(x[:, column : column + 1])
        for column in range(x.shape[1])
    ]
    seconds = time.perf_counter() - begin
    scores = [fit.score(x[:, column : column + 1]) for column, fit in enumerate(fits)]
    return {"seconds": seconds, "compile_seconds": 0, "log_likelihoods": scores}


def answer(request):
    if request["work"] != "warm_start":
        raise ValueError(f"work = {request['work']}, want warm_start")
    return warm_start(request)


if __name__ == "__main__":
    if args.mode == "run":
        raise SystemExit("sklearn_peer has no run: it fits no flow")
    with threadpool_limits(args.threads or None):
        versions = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
        serve(answer, versions, time.perf_counter() - start)

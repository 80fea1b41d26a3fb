"""Matrix products by OpenBLAS through numpy, with the kernel that OpenBLAS picks itself."""

import os
import time

start = time.perf_counter()

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # a kernel set from outside is not OpenBLAS at its best
    os.environ.pop(name, None)

from protocol import arguments, per_call, serve

if __name__ == "__main__":
    args = arguments()

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits


def gemm(request):
    """Seconds of one m×k by k×n product into a given array; trans_a and trans_b say which are stored transposed."""
    m, n, k = (request[name] for name in "mnk")
    rng = np.random.default_rng(1)

    def operand(rows, columns, transposed):
        shape = (columns, rows) if transposed else (rows, columns)
        a = rng.standard_normal(shape).astype(request["dtype"])
        return a.T if transposed else a

    a, b = operand(m, k, request.get("trans_a")), operand(k, n, request.get("trans_b"))
    c = np.empty((m, n), request["dtype"])
    product = lambda: np.matmul(a, b, out=c)
    product()
    return {"seconds": per_call(product, max(1, int(request.get("iterations", 1)))), "compile_seconds": 0}


def answer(request):
    if request["work"] != "gemm":
        raise ValueError(f"work = {request['work']}, want gemm")
    return gemm(request)


def versions():
    """numpy's version and the library that multiplies, with its kernel."""
    blas = [f"{i['internal_api']} {i['version']} {i.get('architecture', '')}".strip() for i in threadpool_info()]
    return {"numpy": np.__version__, "blas": ", ".join(blas)}


if __name__ == "__main__":
    if args.mode == "run":
        raise SystemExit("numpy_peer has no run: it multiplies matrices")
    with threadpool_limits(args.threads or None):
        serve(answer, versions(), time.perf_counter() - start)

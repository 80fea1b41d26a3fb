"""What all peers share: the command line, the clock and the JSON lines."""

import argparse
import json
import os
import sys
import time


def arguments(*extra):
    """Reads the command line and holds the process to --threads cores, before a framework counts them."""
    p = argparse.ArgumentParser()
    p.add_argument("mode", choices=["serve", "run"])
    p.add_argument("--threads", type=int, default=0, help="0: the framework's default")
    for flag in extra:
        p.add_argument(flag, action="store_true")
    a = p.parse_args()
    if a.threads and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: a.threads])
    return a


def per_call(call, n):
    """Seconds of one call(), the mean of n. call returns when its result is ready."""
    start = time.perf_counter()
    for _ in range(n):
        call()
    return (time.perf_counter() - start) / n


class Timed:
    """Answers work on a shape: make(work, shape, params) returns what runs n iterations and blocks until they are done.
    The parameters are problem's or, where a request names a file, those stored there. The first iteration, which compiles,
    is timed apart."""

    def __init__(self, make):
        self.make, self.ready = make, {}

    def __call__(self, request):
        key, n = tuple(request.get(k) for k in ("work", "shape", "path")), max(1, int(request.get("iterations", 1)))
        compile_seconds = 0.0
        if key not in self.ready:
            import problem  # not before the process is held to its cores: numpy counts them

            work, name, path = key
            shape = problem.SHAPES[name]
            params = problem.stored(shape, path) if path else problem.parameters(shape)
            start = time.perf_counter()
            run = self.make(work, shape, params)
            run(1)
            compile_seconds = time.perf_counter() - start
            run(2)  # a second call may settle layouts or caches
            self.ready[key] = run
        start = time.perf_counter()
        self.ready[key](n)
        return {"seconds": (time.perf_counter() - start) / n, "compile_seconds": compile_seconds}


def serve(answer, versions, seconds_import):
    """Prints the ready line, then answers JSON lines until the end of the input. An error is an answer too."""
    out, sys.stdout = sys.stdout, sys.stderr  # nothing a library prints may get between the lines

    def say(message):
        print(json.dumps(message), file=out, flush=True)

    say({"ready": True, "versions": versions, "seconds_import": seconds_import})
    for line in sys.stdin:
        try:
            say(answer(json.loads(line)))
        except Exception as e:  # the process lives on
            say({"error": f"{type(e).__name__}: {e}"[:500]})

"""Answers one JSON object a line on standard input with one on standard output; runs the CPU peers.

prepare {peer, files} -> {id}                             load the arrays of a case for one peer
run {id} -> {ms}                                        run once, wall time of the product alone
result {id, path} -> {}                                 write the newest result as float32 .npy
release {id} -> {}                                      forget a prepared case
versions {} -> {python, numpy, scipy, blas, threads}
"""

import json
import os
import platform
import sys
import time


def versions():
    import numpy

    found = {"python": platform.python_version(), "numpy": numpy.__version__, "threads": len(os.sched_getaffinity(0))}
    try:
        found["blas"] = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    except (KeyError, TypeError):
        found["blas"] = "unknown"
    try:
        import scipy

        found["scipy"] = scipy.__version__
    except ImportError as missing:
        found["scipyMissing"] = str(missing)
    return found


def prepare_numpy_dense(request):
    import numpy

    a = numpy.load(request["files"]["a"])
    b = numpy.load(request["files"]["b"])
    return lambda: a @ b


def prepare_scipy_bsr(request):
    import numpy
    import scipy.sparse

    a = scipy.sparse.load_npz(request["files"]["a"])
    b = numpy.load(request["files"]["b"])
    return lambda: a @ b


PEERS = {"numpy-dense": prepare_numpy_dense, "scipy-bsr": prepare_scipy_bsr}


class Server:
    def __init__(self):
        self.products = {}
        self.results = {}
        self.next_id = 0

    def answer(self, request):
        operation = request["op"]
        if operation == "versions":
            return versions()
        if operation == "prepare":
            self.next_id += 1
            self.products[self.next_id] = PEERS[request["peer"]](request)
            return {"id": self.next_id}
        identity = request["id"]
        if operation == "run":
            product = self.products[identity]
            start = time.perf_counter()
            result = product()
            elapsed = time.perf_counter() - start
            self.results[identity] = result
            return {"ms": elapsed * 1000}
        if operation == "result":
            import numpy

            numpy.save(request["path"], numpy.asarray(self.results[identity], dtype=numpy.float32))
            return {}
        if operation == "release":
            self.products.pop(identity, None)
            self.results.pop(identity, None)
            return {}
        raise ValueError(f"unknown operation {operation}")


def main():
    server = Server()
    for line in sys.stdin:
        try:
            reply = server.answer(json.loads(line))
        except Exception as failure:  # every failure belongs to the request that caused it
            reply = {"error": f"{type(failure).__name__}: {failure}"}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Reads [{peer, case, mask, arrays}] on standard input; prints for each which keys every query of every head saw.

A V of unit vectors, scaled by 1 + its head, makes each result a row of visible keys and tells which head it read.
"""

import json
import sys

import fake_libraries
import fake_torch
import numpy

fake_libraries.install()
from sparsek_peers import arrays, attention, by_token, device  # noqa: E402
from sparsek_peers.peer import Skip  # noqa: E402


class Run:
    def __init__(self, request, functions):
        self.functions = functions


by_token.GpuRun = Run


# Arrays come in the request, not in files.
arrays.load = lambda stored: numpy.array(stored["elements"], numpy.int32).reshape(stored["shape"])
by_token.load = lambda stored: fake_torch.tensor(stored)


def inputs(case):
    tokens, keys, batch = case["queryLength"], case["keyLength"], case["batch"]
    q = numpy.zeros((batch, case["heads"], tokens, case["headDim"]), numpy.float16)
    heads = 1 + numpy.arange(case["kvHeads"], dtype=numpy.float16)[:, None, None]
    v = numpy.broadcast_to(numpy.eye(keys, case["headDim"], dtype=numpy.float16) * heads, (batch, case["kvHeads"], keys, case["headDim"]))
    return [fake_torch.tensor(array) for array in (q, v, v)]


def seen(request):
    by_token.input_sets = lambda request, names: [inputs(request["case"])]
    fake_libraries.used.clear()
    try:
        run = attention.PEERS[request["peer"]].prepare(request)
    except Skip as skip:
        return {"skipped": str(skip), "unconcerned": skip.unconcerned}
    [function] = run.functions
    out = function()
    return {"shape": out.shape, "seen": out.astype(int).tolist(), "used": fake_libraries.used.copy()}


assert device.require_torch() is fake_torch.module
print(json.dumps([seen(request) for request in json.load(sys.stdin)]))

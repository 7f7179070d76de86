"""Attention in NumPy: softmax(scale Q K^T) V a few hundred queries at a time, over the keys that these may see."""

import math

from .arrays import load
from .cpu import describe_numpy
from .masks import known_mask
from .peer import CpuRun, Peer

# Queries at once: their scores of 16384 keys in float32 are 16 MB, which stay in the cache of a server.
ROWS = 256


def prepare(request):
    import numpy

    case = request["case"]
    mask = known_mask(case, ("dense", "causal", "window"))
    q, k, v = (load(request["arrays"][name]) for name in ("q", "k", "v"))
    queries, keys = q.shape[2], k.shape[2]
    group = q.shape[1] // k.shape[1]
    offset = keys - queries
    scale = numpy.float32(1 / math.sqrt(q.shape[3]))

    def attend_rows(q, k, v, out, first):
        """Queries `first` and on of one head."""
        last = min(first + ROWS, queries)
        begin = max(0, first + offset + 1 - mask.window) if mask.kind == "window" else 0
        end = max(begin, min(keys, last + offset)) if mask.causal else keys
        scores = (q[first:last] * scale) @ k[begin:end].T
        if mask.causal:
            row = numpy.arange(first + offset, last + offset)[:, None]
            column = numpy.arange(begin, end)
            hidden = column > row
            if mask.kind == "window":
                hidden |= column <= row - mask.window
            scores[hidden] = -numpy.inf
        # A query that sees nothing gives zeros.
        top = scores.max(axis=1, keepdims=True, initial=numpy.finfo(numpy.float32).min)
        weights = numpy.exp(numpy.subtract(scores, top, out=scores), out=scores)
        total = weights.sum(axis=1, keepdims=True)
        numpy.divide(weights @ v[begin:end], total, out=out[first:last], where=total > 0)

    def attend():
        out = numpy.zeros((*q.shape[:3], v.shape[3]), numpy.float32)
        for batch in range(q.shape[0]):
            for head in range(q.shape[1]):
                own = q[batch, head], k[batch, head // group], v[batch, head // group], out[batch, head]
                for first in range(0, queries, ROWS):
                    attend_rows(*own, first)
        return out.reshape(-1, v.shape[3])

    return CpuRun(attend)


PEERS = {"numpy-attention": Peer(describe_numpy, prepare)}

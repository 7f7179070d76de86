"""Libraries whose tensors are [batch, token, head, dim], or [token, head, dim] for sequences packed side by side."""

import functools
import itertools
from importlib import metadata

from .device import GpuRun, describe_torch, input_sets, load, require_torch
from .peer import Peer, Skip


def version_of(*distributions):
    """Such as "flash-attn-4 4.0.0": of the first distribution that is installed; packages change their names."""
    for name in distributions:
        try:
            return f"{name} {metadata.version(name)}, {describe_torch()}"
        except metadata.PackageNotFoundError:
            continue
    raise ImportError(f"no package {' or '.join(distributions)} is installed")


def prepare_by_token(make_call, request):
    """`make_call(request, q, k, v)` gives a function whose result has the layout of `q`."""
    functions = []
    for tensors in input_sets(request, ("q", "k", "v")):
        call = make_call(request, *(tensor.transpose(1, 2).contiguous() for tensor in tensors))
        functions.append(functools.partial(by_head, call))
    return GpuRun(request, functions)


def by_head(call):
    """Back to [batch, head, token, dim], without moving anything."""
    return call().transpose(1, 2)


def peer(describe, make_call):
    return Peer(describe, functools.partial(prepare_by_token, make_call))


def one_sequence(case):
    if case["batch"] != 1:
        raise Skip("takes one sequence a call")


def document_ends(case, mask):
    """The lengths of all documents of a batch, and where each begins: int32, with the end of the last."""
    if not sum(mask.lengths) == case["queryLength"] == case["keyLength"]:
        raise Skip("documents of another length than the sequence")
    lengths = mask.lengths * case["batch"]
    starts = [0, *itertools.accumulate(lengths)]
    return lengths, require_torch().tensor(starts, dtype=require_torch().int32, device="cuda")


def sink_logits(request):
    """One float32 logit a query head; None for a case without."""
    return load(request["arrays"]["sinks"]) if request["case"].get("sinks") else None

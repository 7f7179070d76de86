"""FlashAttention-3 (github.com/Dao-AILab/flash-attention, hopper) and -4 (flash_attn/cute), each its own package."""

import functools
import importlib

from .by_token import document_ends, peer, sink_logits, version_of
from .masks import known_mask


def describe(module, *distributions):
    importlib.import_module(module)
    return version_of(*distributions)


def flash_call(module, takes_sinks, request, q, k, v):
    """Both share these arguments. Windows count the keys on either side of a query, and causal masks end at the last key."""
    library = importlib.import_module(module)
    case = request["case"]
    mask = known_mask(case, sinks=takes_sinks)
    options = {"causal": mask.causal}
    if mask.kind == "window":
        options["window_size"] = (mask.window - 1, 0)
    if takes_sinks and case.get("sinks"):
        options["learnable_sink"] = sink_logits(request)
    if mask.kind != "documents":
        return lambda: first(library.flash_attn_func(q, k, v, **options))
    lengths, starts = document_ends(case, mask)
    packed = [tensor.flatten(0, 1) for tensor in (q, k, v)]
    options |= {"cu_seqlens_q": starts, "cu_seqlens_k": starts}
    options |= {"max_seqlen_q": max(lengths), "max_seqlen_k": max(lengths)}
    return lambda: first(library.flash_attn_varlen_func(*packed, **options)).reshape(q.shape)


def first(result):
    """FlashAttention-4 and early versions of -3 give the log-sum-exp as well."""
    return result[0] if isinstance(result, tuple) else result


def flash(module, *distributions, takes_sinks=False):
    return peer(
        functools.partial(describe, module, *distributions), functools.partial(flash_call, module, takes_sinks)
    )


PEERS = {
    "flash-3": flash("flash_attn_interface", "flash_attn_3"),
    "flash-4": flash("flash_attn.cute", "flash-attn-4", "fa4", takes_sinks=True),
}

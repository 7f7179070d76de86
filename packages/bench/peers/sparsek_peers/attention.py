"""Fused attention on a GPU for dense, causal and windowed masks: PyTorch's kernels, FlashAttention, FlashInfer, xFormers."""

import functools
import importlib
import re

from .device import GpuRun, describe_torch, input_sets, require_torch
from .peer import Peer, Skip

OTHER_MASK = "has no such mask"


def mask_kind(case):
    """("dense" | "causal" | "window", last keys a query sees) of a mask that such kernels know."""
    mask, length = case["mask"], case["keyLength"]
    if case.get("sinks"):
        raise Skip("has no sink logits", unconcerned=True)
    if mask == "causal":
        return "causal", length
    if isinstance(mask, str):
        if mask in ("all", f"sink:{length}"):
            return "dense", length
        window = re.fullmatch(r"window:(\d+)", mask)
        if window:
            return "window", int(window[1])
    raise Skip(OTHER_MASK, unconcerned=True)


def without_window(case):
    kind, _ = mask_kind(case)
    if kind == "window":
        raise Skip(OTHER_MASK, unconcerned=True)
    return kind


def prepare_sdpa(backend_name, request):
    torch = require_torch()
    from torch.nn.attention import SDPBackend, sdpa_kernel

    causal = without_window(request["case"]) == "causal"
    backend = getattr(SDPBackend, backend_name)
    attend = torch.nn.functional.scaled_dot_product_attention

    def function(q, k, v):
        def call():
            with sdpa_kernel(backend):
                return attend(q, k, v, is_causal=causal, enable_gqa=q.shape[1] != k.shape[1])

        return call

    return GpuRun(request, [function(*tensors) for tensors in input_sets(request, ("q", "k", "v"))])


def prepare_by_token(make_call, request):
    """For libraries whose tensors are [batch, token, head, dim]: `make_call(case, q, k, v)` gives the call."""
    case = request["case"]
    functions = []
    for tensors in input_sets(request, ("q", "k", "v")):
        call = make_call(case, *(tensor.transpose(1, 2).contiguous() for tensor in tensors))
        functions.append(lambda call=call: call().transpose(1, 2))
    return GpuRun(request, functions)


def describe_module(name, package=None):
    """The version of an importable module; what keeps it from being imported is the reason that it is missing."""
    importlib.import_module(name)
    version = importlib.import_module("importlib.metadata").version(package or name.split(".")[0])
    return f"{package or name} {version}, {describe_torch()}"


def first(result):
    """Some versions give the log-sum-exp as well."""
    return result[0] if isinstance(result, tuple) else result


def flash_call(module, case, q, k, v):
    """FlashAttention-3 (flash_attn_interface) and -4 (flash_attn.cute) share this signature."""
    kind, length = mask_kind(case)
    function = importlib.import_module(module).flash_attn_func
    options = {"window_size": (length - 1, 0)} if kind == "window" else {}
    return lambda: first(function(q, k, v, causal=kind != "dense", **options))


def flashinfer_call(case, q, k, v):
    import flashinfer

    kind, length = mask_kind(case)
    if case["batch"] != 1:
        raise Skip("one sequence a call")
    options = {"window_left": length - 1} if kind == "window" else {}
    attend = flashinfer.single_prefill_with_kv_cache
    return lambda: attend(q[0], k[0], v[0], causal=kind != "dense", **options)[None]


def xformers_call(case, q, k, v):
    import xformers.ops
    from xformers.ops.fmha.attn_bias import LowerTriangularMask

    kind = without_window(case)
    if case["heads"] != case["kvHeads"]:
        raise Skip("has no shared K and V in this layout")
    bias = LowerTriangularMask() if kind == "causal" else None
    return lambda: xformers.ops.memory_efficient_attention(q, k, v, attn_bias=bias)


def by_token(make_call):
    return functools.partial(prepare_by_token, make_call)


PEERS = {
    "sdpa-cudnn": Peer(describe_torch, functools.partial(prepare_sdpa, "CUDNN_ATTENTION")),
    "sdpa-flash": Peer(describe_torch, functools.partial(prepare_sdpa, "FLASH_ATTENTION")),
    "flash-3": Peer(
        lambda: describe_module("flash_attn_interface", "flash_attn_3"),
        by_token(functools.partial(flash_call, "flash_attn_interface")),
    ),
    "flash-4": Peer(
        lambda: describe_module("flash_attn.cute", "flash_attn"),
        by_token(functools.partial(flash_call, "flash_attn.cute")),
    ),
    "flashinfer": Peer(lambda: describe_module("flashinfer", "flashinfer-python"), by_token(flashinfer_call)),
    "xformers": Peer(lambda: describe_module("xformers.ops", "xformers"), by_token(xformers_call)),
}

"""FlashInfer (github.com/flashinfer-ai/flashinfer): single sequences, packed documents, and block-sparse masks.

What its documentation calls a plan is made before the clock starts.
"""

import numpy

from . import arrays
from .by_token import document_ends, one_sequence, peer, version_of
from .device import require_torch
from .masks import known_mask, parse
from .peer import Skip

# As its documentation recommends.
WORKSPACE_BYTES = 128 << 20


def describe():
    import flashinfer  # noqa: F401

    return version_of("flashinfer-python")


def workspace():
    torch = require_torch()
    return torch.empty(WORKSPACE_BYTES, dtype=torch.uint8, device="cuda")


def sequence_call(request, q, k, v):
    import flashinfer

    case = request["case"]
    mask = known_mask(case)
    if mask.kind == "documents":
        return documents_call(case, mask, q, k, v)
    one_sequence(case)
    # Keys left of the query's own; causal masks end at the last key.
    options = {"window_left": mask.window - 1} if mask.kind == "window" else {}
    attend = flashinfer.single_prefill_with_kv_cache
    return lambda: attend(q[0], k[0], v[0], causal=mask.causal, **options)[None]


def documents_call(case, mask, q, k, v):
    import flashinfer

    _, starts = document_ends(case, mask)
    wrapper = flashinfer.BatchPrefillWithRaggedKVCacheWrapper(workspace(), "NHD")
    wrapper.plan(starts, starts, case["heads"], case["kvHeads"], case["headDim"], causal=True, q_data_type=q.dtype)
    packed = [tensor.flatten(0, 1) for tensor in (q, k, v)]
    return lambda: wrapper.run(*packed).reshape(q.shape)


def blocks_call(request, q, k, v):
    """Block-sparse attention over the lists of visible blocks."""
    case, mask = request["case"], request["mask"]
    if case.get("sinks"):
        raise Skip("has no sink logits", unconcerned=True)
    if parse(case) is not None:
        raise Skip("FlashInfer has kernels for this mask", unconcerned=True)
    if mask["kind"] == "partial":
        raise Skip("some blocks are visible in part, for which it wants every pair as a bit")
    one_sequence(case)
    stored = request["arrays"]
    lists = [arrays.load(stored[name]) for name in ("blockIndptr", "blockIndices", "blockHeads")]
    alike = len(lists[0]) == 1
    return (one_mask_call if alike else mask_a_head_call)(case, mask["blockShape"], lists, q, k, v)


def one_mask_call(case, shape, lists, q, k, v):
    import flashinfer

    [indptr], indices, _ = lists
    height, width = shape
    if case["keyLength"] % width:
        raise Skip(f"the keys are no multiple of {width}")
    wrapper = flashinfer.BlockSparseAttentionWrapper(workspace())
    wrapper.plan(
        on_gpu(indptr),
        on_gpu(indices),
        case["queryLength"],
        case["keyLength"],
        height,
        width,
        case["heads"],
        case["kvHeads"],
        case["headDim"],
        q_data_type=q.dtype,
        o_data_type=q.dtype,
    )
    return lambda: wrapper.run(q[0], k[0], v[0])[None]


def mask_a_head_call(case, shape, lists, q, k, v):
    """The wrapper for a mask a head of K and V; its tensors are [head, token, dim]."""
    import flashinfer

    if case["heads"] != case["kvHeads"]:
        raise Skip("takes one mask for all heads that share K and V")
    heads = case["heads"]
    sizes = [block_sizes(case[name], block) for name, block in zip(("queryLength", "keyLength"), shape, strict=True)]
    wrapper = flashinfer.VariableBlockSparseAttentionWrapper(workspace())
    wrapper.plan(
        on_gpu(block_map(lists, len(sizes[1]))),
        *(on_gpu(numpy.tile(lengths, (heads, 1))) for lengths in sizes),
        heads,
        heads,
        case["headDim"],
        q_data_type=q.dtype,
    )
    by_head = [tensor[0].transpose(0, 1).contiguous() for tensor in (q, k, v)]
    return lambda: wrapper.run(*by_head).transpose(0, 1)[None]


def block_sizes(length, block):
    """Rows or columns of each block: the last one may be smaller."""
    starts = numpy.arange(0, length, block)
    return numpy.minimum(block, length - starts).astype(numpy.int32)


def block_map(lists, columns):
    """Which blocks each head sees: [heads, rows of blocks, columns]."""
    indptr, indices, heads = lists
    patterns, rows = indptr.shape[0], indptr.shape[1] - 1
    shown = numpy.zeros((patterns * rows, columns), bool)
    shown[numpy.repeat(numpy.arange(patterns * rows), numpy.diff(indptr).ravel()), indices] = True
    return shown.reshape(patterns, rows, columns)[heads]


def on_gpu(array):
    return require_torch().from_numpy(array).cuda()


PEERS = {
    "flashinfer": peer(describe, sequence_call),
    "flashinfer-blocks": peer(describe, blocks_call),
}

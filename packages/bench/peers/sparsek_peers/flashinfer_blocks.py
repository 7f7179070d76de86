"""FlashInfer's block-sparse attention, for masks whose visible blocks are visible in whole."""

import numpy

from . import arrays
from .by_token import one_sequence, peer
from .device import require_torch
from .flashinfer_attention import describe, workspace
from .masks import parse
from .peer import Skip


def blocks_call(request, q, k, v):
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


PEERS = {"flashinfer-blocks": peer(describe, blocks_call)}

"""xFormers (github.com/facebookresearch/xformers): memory_efficient_attention, which chooses among the kernels it finds."""

from .by_token import document_ends, peer, version_of
from .masks import known_mask


def describe():
    # Its package imports even where its attention does not.
    from xformers.ops import memory_efficient_attention  # noqa: F401

    return version_of("xformers")


def make_bias(case, mask):
    from xformers.ops.fmha import attn_bias

    if mask.kind == "dense":
        return None
    if mask.kind == "causal":
        return attn_bias.LowerTriangularFromBottomRightMask()
    if mask.kind == "window":
        return attn_bias.LowerTriangularFromBottomRightLocalAttentionMask(mask.window)
    lengths, _ = document_ends(case, mask)
    return attn_bias.BlockDiagonalCausalMask.from_seqlens(lengths)


def xformers_call(request, q, k, v):
    from xformers.ops import memory_efficient_attention

    case = request["case"]
    mask = known_mask(case)
    bias = make_bias(case, mask)
    tensors = [q, k, v]
    if mask.kind == "documents":  # packed into one sequence
        tensors = [tensor.flatten(0, 1)[None] for tensor in tensors]
    if case["heads"] != case["kvHeads"]:
        tensors = share_heads(*tensors)
    return lambda: memory_efficient_attention(*tensors, attn_bias=bias).reshape(q.shape)


def share_heads(q, k, v):
    """[batch, token, head of K, head of Q, dim], K and V repeated without a copy, as its documentation shows."""
    batch, tokens, heads, dim = q.shape
    groups = k.shape[2]
    query = q.reshape(batch, tokens, groups, heads // groups, dim)
    return query, *(tensor.unsqueeze(3).expand(-1, -1, -1, heads // groups, -1) for tensor in (k, v))


PEERS = {"xformers": peer(describe, xformers_call)}

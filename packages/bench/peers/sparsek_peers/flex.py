"""FlexAttention: torch.compile(flex_attention) with the mask's blocks given and a mask_mod for the partial ones."""

import functools

from .device import GpuRun, describe_torch_triton, input_sets, load, require_torch
from .peer import Peer, Skip

# Its default. Smaller blocks need smaller tiles of its kernel, which are slower, but leave fewer blocks partial.
BLOCK = 128
SMALL_BLOCK = 64
SMALL_TILES = {"BLOCK_M": SMALL_BLOCK, "BLOCK_N": SMALL_BLOCK}
# Kernels kept by torch.compile; its default of eight would make later cases run uncompiled.
COMPILED_AT_MOST = 256


def in_range(value, ends, closed):
    """Terms that hold where `value` lies between the ends; None is an open end."""
    low, high = ends
    terms = []
    if low is not None:
        terms.append(value >= low)
    if high is not None:
        terms.append(value <= high if closed else value < high)
    return terms


def clause_rule(clauses, offset, documents):
    """Whether one of the clauses of a regular mask holds (packages/types, MaskClause)."""
    if any(clause["document"] not in ("any", "same") for clause in clauses):
        raise Skip("a relation between documents that has no short rule")

    def holds(query, key):
        position = query + offset
        shown = None
        for clause in clauses:
            terms = in_range(key - position, clause["diagonal"], closed=True)
            terms += in_range(position, clause["rows"], closed=False)
            terms += in_range(key, clause["columns"], closed=False)
            if clause["document"] == "same":
                terms.append(documents[position] == documents[key])
            term = functools.reduce(lambda a, b: a & b, terms, key >= 0)
            shown = term if shown is None else shown | term
        return shown

    return holds


def make_rule(request):
    """A mask_mod as its documentation shows: a formula, or a table where blocks follow none."""
    case, mask, arrays = request["case"], request["mask"], request["arrays"]
    if not mask["hasBlocks"]:
        raise Skip("its blocks do not divide those of FlexAttention", unconcerned=True)
    if mask["kind"] == "bitmaps":
        raise Skip("a mask of single pairs that has no short rule")
    documents = load(arrays["documents"]) if "documents" in arrays else None
    clauses = clause_rule(mask["clauses"], case["keyLength"] - case["queryLength"], documents)
    if mask["kind"] == "clauses":
        return lambda batch, head, query, key: clauses(query, key)
    table, heads = load(arrays["table"]), load(arrays["tableHeads"])
    height, width = mask["blockShape"]
    if not mask["clauses"]:
        return lambda batch, head, query, key: table[heads[head], query // height, key // width] > 0

    def rule(batch, head, query, key):
        code = table[heads[head], query // height, key // width]
        return (code == 1) | ((code == 2) & clauses(query, key))

    return rule


def make_block_mask(request, block):
    """The blocks as lists, which `create_block_mask` would find by looking at every query and key."""
    from torch.nn.attention.flex_attention import BlockMask

    case, arrays = request["case"], request["arrays"]
    heads = load(arrays["flexHeads"]).long()
    names = ("partialCounts", "partialColumns", "fullCounts", "fullColumns")
    lists = [load(arrays[name])[heads][None].contiguous() for name in names]
    return BlockMask.from_kv_blocks(
        *lists,
        BLOCK_SIZE=block,
        mask_mod=make_rule(request),
        seq_lengths=(case["queryLength"], case["keyLength"]),
    )




@functools.cache
def compiled_attention():
    torch = require_torch()
    from torch.nn.attention.flex_attention import flex_attention

    for name in ("recompile_limit", "cache_size_limit"):
        if hasattr(torch._dynamo.config, name):
            setattr(torch._dynamo.config, name, COMPILED_AT_MOST)

    def attend(q, k, v, block_mask, gqa, tiles):
        return flex_attention(q, k, v, block_mask=block_mask, enable_gqa=gqa, kernel_options=tiles)

    def attend_with_sinks(q, k, v, block_mask, gqa, tiles, sinks):
        out, lse = flex_attention(
            q, k, v, block_mask=block_mask, enable_gqa=gqa, kernel_options=tiles, return_lse=True
        )
        # A sink takes its share of the softmax: exp(lse) / (exp(lse) + exp(sink)).
        return out * torch.sigmoid(lse - sinks[None, :, None])[..., None].to(out.dtype)

    return torch.compile(attend, dynamic=False), torch.compile(attend_with_sinks, dynamic=False)


def prepare_flex(block, request):
    arrays = request["arrays"]
    if block == SMALL_BLOCK and request["case"]["blockShape"] != [SMALL_BLOCK, SMALL_BLOCK]:
        raise Skip("has larger blocks", unconcerned=True)
    block_mask = make_block_mask(request, block)
    tiles = SMALL_TILES if block == SMALL_BLOCK else None
    plain, with_sinks = compiled_attention()
    functions = []
    for q, k, v in input_sets(request, ("q", "k", "v")):
        gqa = q.shape[1] != k.shape[1]
        if "sinks" in arrays:
            functions.append(
                functools.partial(with_sinks, q, k, v, block_mask, gqa, tiles, load(arrays["sinks"])),
            )
        else:
            functions.append(functools.partial(plain, q, k, v, block_mask, gqa, tiles))
    return GpuRun(request, functions)


PEERS = {
    "flex": Peer(describe_torch_triton, functools.partial(prepare_flex, BLOCK)),
    "flex-64": Peer(describe_torch_triton, functools.partial(prepare_flex, SMALL_BLOCK)),
}

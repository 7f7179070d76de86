"""FlashInfer (github.com/flashinfer-ai/flashinfer) on single sequences and packed documents.

What its documentation calls a plan is made before the clock starts.
"""

from .by_token import document_ends, one_sequence, peer, version_of
from .device import require_torch
from .masks import known_mask

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


PEERS = {"flashinfer": peer(describe, sequence_call)}

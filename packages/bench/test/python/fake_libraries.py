"""Test doubles of the attention libraries: their signatures and what they document of masks, without any softmax.

Every result is the sum of the visible rows of V, so that a V of unit vectors shows which keys a query saw. Signatures:
flash-attention 0251105 (hopper/flash_attn_interface.py, flash_attn/cute/interface.py), flashinfer 0.6.17, xformers 0.0.35.
A keyword that is not theirs fails as it does there.
"""

import sys
import types
from dataclasses import dataclass

import fake_torch
import numpy

used = []


def see(q, k, v, shown):
    """[tokens, heads, dim] of one sequence; head h of Q reads head h // (heads of Q / heads of K)."""
    assert q.ndim == k.ndim == v.ndim == 3 and k.shape == v.shape, (q.shape, k.shape, v.shape)
    shared = q.shape[1] // k.shape[1]
    heads = [shown.astype(v.dtype) @ v[:, head // shared] for head in range(q.shape[1])]
    return fake_torch.tensor(numpy.stack(heads, 1))


def pairs(queries, keys, causal=False, left=-1, right=-1):
    """Which pairs are visible, the last query at the last key; -1 or None is no limit on that side."""
    distance = numpy.arange(keys)[None, :] - (numpy.arange(queries)[:, None] + keys - queries)
    right = 0 if causal else right
    shown = numpy.ones((queries, keys), bool)
    if left not in (-1, None):
        shown &= distance >= -left
    if right not in (-1, None):
        shown &= distance <= right
    return shown


def batched(q, k, v, **mask):
    return fake_torch.tensor([see(*one, pairs(len(one[0]), len(one[1]), **mask)) for one in zip(q, k, v, strict=True)])


def packed(q, k, v, starts, causal):
    assert starts.dtype == numpy.int32 and starts[-1] == len(q) == len(k)
    parts = [slice(begin, end) for begin, end in zip(starts[:-1], starts[1:], strict=True)]
    seen = [see(q[p], k[p], v[p], pairs(len(q[p]), len(k[p]), causal)) for p in parts]
    return fake_torch.tensor(numpy.concatenate(seen))


def flash_3():
    def flash_attn_func(
        q, k, v, softmax_scale=None, causal=False, qv=None, q_descale=None, k_descale=None, v_descale=None,
        window_size=(-1, -1), attention_chunk=0, softcap=0.0, num_splits=1, pack_gqa=None, deterministic=False,
        sm_margin=0, return_attn_probs=False,
    ):
        return batched(q, k, v, causal=causal, left=window_size[0], right=window_size[1])

    def flash_attn_varlen_func(
        q, k, v, cu_seqlens_q, cu_seqlens_k, max_seqlen_q, max_seqlen_k, seqused_q=None, seqused_k=None,
        softmax_scale=None, causal=False, qv=None, q_descale=None, k_descale=None, v_descale=None,
        window_size=(-1, -1), attention_chunk=0, softcap=0.0, num_splits=1, pack_gqa=None, deterministic=False,
        sm_margin=0, return_attn_probs=False,
    ):
        assert max_seqlen_q == max_seqlen_k == max(numpy.diff(cu_seqlens_k))
        return packed(q, k, v, cu_seqlens_q, causal)

    return {"flash_attn_func": flash_attn_func, "flash_attn_varlen_func": flash_attn_varlen_func}


def flash_4():
    def flash_attn_func(
        q, k, v, qv=None, gather_kv_indices=None, softmax_scale=None, causal=False, window_size=(None, None),
        learnable_sink=None, softcap=0.0, num_splits=1, pack_gqa=None, deterministic=False, score_mod=None,
        score_mod_bwd=None, mask_mod=None, aux_tensors=None, aux_scalars=None, block_sparse_tensors=None,
        block_sparse_tensors_bwd=None, return_lse=False,
    ):
        if learnable_sink is not None:
            assert learnable_sink.shape == (q.shape[2],)
            used.append("learnable_sink")
        return batched(q, k, v, causal=causal, left=window_size[0], right=window_size[1]), None

    def flash_attn_varlen_func(
        q, k, v, qv=None, cu_seqlens_q=None, cu_seqlens_k=None, max_seqlen_q=None, max_seqlen_k=None,
        min_seqlen_k=None, seqused_q=None, seqused_k=None, gather_kv_indices=None, page_table=None,
        softmax_scale=None, causal=False, window_size=(None, None), learnable_sink=None, softcap=0.0, num_splits=1,
        pack_gqa=None, deterministic=False, score_mod=None, score_mod_bwd=None, mask_mod=None,
        block_sparse_tensors=None, aux_tensors=None, aux_scalars=None, return_lse=False, scheduler_metadata=None,
        seqlen_k_per_split=None, disable_scheduler_metadata=False,
    ):
        return packed(q, k, v, cu_seqlens_q, causal), None

    return {"flash_attn_func": flash_attn_func, "flash_attn_varlen_func": flash_attn_varlen_func}


def single_prefill_with_kv_cache(
    q, k, v, scale_q=None, scale_k=None, scale_v=None, o_dtype=None, custom_mask=None, packed_custom_mask=None,
    causal=False, kv_layout="NHD", pos_encoding_mode="NONE", use_fp16_qk_reduction=False, sm_scale=None,
    window_left=-1, logits_soft_cap=None, rope_scale=None, rope_theta=None, backend="auto", return_lse=False,
    kv_cache_sf=None, k_scale=None, v_scale=None,
):
    return see(q, k, v, pairs(len(q), len(k), causal, window_left))


class BatchPrefillWithRaggedKVCacheWrapper:
    def __init__(
        self, float_workspace_buffer, kv_layout="NHD", use_cuda_graph=False, qo_indptr_buf=None, kv_indptr_buf=None,
        custom_mask_buf=None, mask_indptr_buf=None, backend="auto", jit_args=None, jit_kwargs=None,
    ):
        assert kv_layout == "NHD" and len(float_workspace_buffer) == 128 << 20

    def plan(
        self, qo_indptr, kv_indptr, num_qo_heads, num_kv_heads, head_dim_qk, head_dim_vo=None, custom_mask=None,
        packed_custom_mask=None, causal=False, pos_encoding_mode="NONE", use_fp16_qk_reduction=False, window_left=-1,
        logits_soft_cap=None, sm_scale=None, rope_scale=None, rope_theta=None, q_data_type="float16",
        kv_data_type=None, o_data_type=None, non_blocking=True,
    ):
        self.planned = (qo_indptr, causal, (num_qo_heads, head_dim_qk), num_kv_heads, q_data_type)

    def run(self, q, k, v, *args, out=None, lse=None, return_lse=False, enable_pdl=None):
        starts, causal, heads, kv_heads, dtype = self.planned
        assert q.shape[1:] == heads and k.shape[1] == kv_heads and q.dtype == dtype
        return packed(q, k, v, starts, causal)


class BlockSparseAttentionWrapper:
    def __init__(self, float_workspace_buffer, backend="auto"):
        assert len(float_workspace_buffer) == 128 << 20

    def plan(
        self, indptr, indices, M, N, R, C, num_qo_heads, num_kv_heads, head_dim, mask=None, packed_mask=None,
        causal=False, pos_encoding_mode="NONE", use_fp16_qk_reduction=False, logits_soft_cap=None, sm_scale=None,
        rope_scale=None, rope_theta=None, q_data_type="float16", kv_data_type=None, o_data_type="float16",
        non_blocking=True,
    ):
        assert N % C == 0
        self.shown = numpy.zeros((M, N), bool)
        for row in range(len(indptr) - 1):
            for column in indices[indptr[row] : indptr[row + 1]]:
                self.shown[row * R : (row + 1) * R, column * C : (column + 1) * C] = True
        self.planned = ((num_qo_heads, head_dim), num_kv_heads, q_data_type, o_data_type)

    def run(
        self, q, k, v, scale_q=None, scale_k=None, scale_v=None, out=None, lse=None, return_lse=False, enable_pdl=None
    ):
        assert (q.shape[1:], k.shape[1], q.dtype, q.dtype) == self.planned
        return see(q, k, v, self.shown)


class VariableBlockSparseAttentionWrapper:
    def __init__(self, float_workspace_buffer, backend="auto"):
        assert len(float_workspace_buffer) == 128 << 20

    def plan(
        self, block_mask_map, block_row_sz, block_col_sz, num_qo_heads, num_kv_heads, head_dim, causal=False,
        pos_encoding_mode="NONE", use_fp16_qk_reduction=False, logits_soft_cap=None, sm_scale=None, rope_scale=None,
        rope_theta=None, non_blocking=True, q_data_type="float16", kv_data_type=None,
    ):
        assert block_mask_map.dtype == bool and block_row_sz.dtype == block_col_sz.dtype == numpy.int32
        assert len(block_mask_map) == len(block_row_sz) == len(block_col_sz) == num_kv_heads
        sizes = zip(block_mask_map, block_row_sz, block_col_sz, strict=True)
        self.shown = [blocks.repeat(rows, 0).repeat(columns, 1) for blocks, rows, columns in sizes]
        self.planned = ((num_qo_heads, head_dim), q_data_type)

    def run(self, q, k, v, out=None, lse=None, return_lse=False, enable_pdl=None):
        """[heads, tokens, dim] here."""
        assert ((len(q), q.shape[2]), q.dtype) == self.planned
        shared = len(q) // len(k)
        return fake_torch.tensor([self.shown[head // shared].astype(v.dtype) @ v[head // shared] for head in range(len(q))])


@dataclass
class LowerTriangularFromBottomRightMask:
    def attend(self, q, k, v):
        return batched(q, k, v, causal=True)


@dataclass
class LowerTriangularFromBottomRightLocalAttentionMask:
    _window_size: int

    def attend(self, q, k, v):
        return batched(q, k, v, causal=True, left=self._window_size - 1)


@dataclass
class BlockDiagonalCausalMask:
    starts: numpy.ndarray

    @classmethod
    def from_seqlens(cls, q_seqlen, kv_seqlen=None, *, device=None):
        return cls(numpy.cumsum([0, *q_seqlen], dtype=numpy.int32))

    def attend(self, q, k, v):
        assert len(q) == 1
        return packed(q[0], k[0], v[0], self.starts, causal=True)[None]


def memory_efficient_attention(query, key, value, attn_bias=None, p=0.0, scale=None, *, op=None, output_dtype=None):
    attend = attn_bias.attend if attn_bias else batched
    if query.ndim == 4:
        assert query.shape[2] == key.shape[2]
        return attend(query, key, value)
    # [batch, token, group, head of it, dim]: every head of a group reads the same K and V.
    assert query.shape[2:] == key.shape[2:]
    out = attend(*(tensor.reshape(*tensor.shape[:2], -1, tensor.shape[4]) for tensor in (query, key, value)))
    return out.reshape(query.shape)


def install():
    """Makes `import` find them, and PyTorch's stand-in."""
    flashinfer = [
        single_prefill_with_kv_cache,
        BatchPrefillWithRaggedKVCacheWrapper,
        BlockSparseAttentionWrapper,
        VariableBlockSparseAttentionWrapper,
    ]
    biases = [
        LowerTriangularFromBottomRightMask,
        LowerTriangularFromBottomRightLocalAttentionMask,
        BlockDiagonalCausalMask,
    ]
    modules = {
        "flash_attn_interface": flash_3(),
        "flash_attn": {},
        "flash_attn.cute": flash_4(),
        "flashinfer": {it.__name__: it for it in flashinfer},
        "xformers": {},
        "xformers.ops": {"memory_efficient_attention": memory_efficient_attention},
        "xformers.ops.fmha": {},
        "xformers.ops.fmha.attn_bias": {it.__name__: it for it in biases},
    }
    sys.modules["torch"] = fake_torch.module
    for name, contents in modules.items():
        module = types.ModuleType(name)
        module.__path__ = []
        vars(module).update(contents)
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)

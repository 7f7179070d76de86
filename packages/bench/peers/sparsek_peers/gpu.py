"""PyTorch on an NVIDIA GPU: cuBLAS, its BSR product, its fused attention and FlexAttention."""

import functools

from .peer import Peer

# Launches timed together: enough to hide the gap between two launches, few enough to stay interleaved.
LAUNCHES = 5


def require_torch():
    import torch

    if not torch.cuda.is_available():
        raise RuntimeError("PyTorch sees no CUDA device")
    return torch


def release_memory():
    """Give freed memory back, so that the next contestant finds it."""
    import sys

    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def describe_torch():
    torch = require_torch()
    device = torch.cuda.get_device_name()
    return f"PyTorch {torch.__version__}, CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}, {device}"


def describe_torch_triton():
    import triton

    return f"{describe_torch()}, Triton {triton.__version__}"


def load(path, dtype):
    """A .npy file on the GPU; bf16 travels as 16-bit words."""
    import numpy

    torch = require_torch()
    array = numpy.load(path)
    if dtype == "bf16":
        return torch.from_numpy(array.view(numpy.int16)).view(torch.bfloat16).cuda()
    return torch.from_numpy(array).cuda()


class GpuRun:
    """A function of PyTorch, timed by CUDA events."""

    def __init__(self, function):
        self.torch = require_torch()
        self.function = function
        self.newest = None

    def run(self):
        events = [self.torch.cuda.Event(enable_timing=True) for _ in range(2)]
        events[0].record()
        for _ in range(LAUNCHES):
            self.newest = self.function()
        events[1].record()
        events[1].synchronize()
        return events[0].elapsed_time(events[1]) / LAUNCHES

    def result(self):
        return self.newest.float().cpu().numpy()


def load_bsr(request):
    torch = require_torch()
    case = request["case"]
    indptr, indices = (torch.tensor(request[name], dtype=torch.int32, device="cuda") for name in ("indptr", "indices"))
    values = load(request["files"]["values"], case["dtype"])
    return torch.sparse_bsr_tensor(indptr, indices, values, size=(case["m"], case["k"]))


def prepare_dense(request):
    torch = require_torch()
    a = load_bsr(request).to_dense()
    b = load(request["files"]["b"], request["case"]["dtype"])
    out = torch.full((a.shape[0], b.shape[1]), float("nan"), dtype=a.dtype, device="cuda")
    return GpuRun(lambda: torch.mm(a, b, out=out))


def prepare_bsr(request):
    a = load_bsr(request)
    b = load(request["files"]["b"], request["case"]["dtype"])
    return GpuRun(lambda: a @ b)


def load_qkv(request):
    return [load(request["files"][name], request["case"]["dtype"]) for name in ("q", "k", "v")]


def prepare_sdpa(backend_name, request):
    """The dense pattern and the plain causal one only: other masks leave its fused kernels."""
    torch = require_torch()
    from torch.nn.attention import SDPBackend, sdpa_kernel

    mask = request["case"]["mask"]
    if mask != "causal" and request["density"] < 1:
        raise NotImplementedError("only dense and causal masks have a fused kernel here")
    q, k, v = load_qkv(request)
    gqa = q.shape[1] != k.shape[1]
    backend = getattr(SDPBackend, backend_name)

    def attend():
        with sdpa_kernel(backend):
            return torch.nn.functional.scaled_dot_product_attention(
                q, k, v, is_causal=mask == "causal", enable_gqa=gqa
            )

    return GpuRun(attend)


def clause_mask(clauses, offset):
    """A mask_mod of FlexAttention from the clauses of a regular mask."""

    def visible(batch, head, query, key):
        position = query + offset
        shown = None
        for clause in clauses:
            term = None
            for value, (low, high) in (
                (key - position, clause["diagonal"]),
                (position, (clause["rows"][0], previous(clause["rows"][1]))),
                (key, (clause["columns"][0], previous(clause["columns"][1]))),
            ):
                for bound, compare in ((low, value.__ge__), (high, value.__le__)):
                    if bound is not None:
                        held = compare(bound)
                        term = held if term is None else term & held
            if term is None:
                term = key >= 0
            shown = term if shown is None else shown | term
        return shown

    return visible


def previous(end):
    return None if end is None else end - 1


def stored_mask(pattern, block_shape):
    """A mask_mod from stored full blocks: a table look-up, as its documentation shows for arbitrary block masks."""
    import numpy

    torch = require_torch()
    indptr, indices = (numpy.asarray(pattern[name]) for name in ("indptr", "indices"))
    rows = len(indptr) - 1
    table = torch.zeros((rows, pattern["blockColumns"]), dtype=torch.bool)
    table[numpy.repeat(numpy.arange(rows), numpy.diff(indptr)), indices] = True
    table = table.cuda()
    height, width = block_shape
    return lambda batch, head, query, key: table[query // height, key // width]


@functools.cache
def compiled_flex():
    torch = require_torch()
    from torch.nn.attention.flex_attention import flex_attention

    return torch.compile(flex_attention, dynamic=False)


def prepare_flex(request):
    torch = require_torch()
    from torch.nn.attention.flex_attention import create_block_mask

    pattern, case = request["pattern"], request["case"]
    if pattern["kind"] == "regular":
        mask_mod = clause_mask(pattern["clauses"], case["keyLength"] - case["queryLength"])
    elif pattern["allFull"]:
        mask_mod = stored_mask(pattern, case["blockShape"])
    else:
        raise NotImplementedError("partial stored blocks")
    q, k, v = load_qkv(request)
    block_mask = create_block_mask(
        mask_mod, None, None, case["queryLength"], case["keyLength"], device="cuda", _compile=True
    )
    gqa = q.shape[1] != k.shape[1]
    attend = compiled_flex()
    torch._dynamo.reset()
    return GpuRun(lambda: attend(q, k, v, block_mask=block_mask, enable_gqa=gqa))


PEERS = {
    "torch-dense": Peer(describe_torch, prepare_dense),
    "torch-bsr": Peer(describe_torch_triton, prepare_bsr),
    "sdpa-cudnn": Peer(describe_torch, functools.partial(prepare_sdpa, "CUDNN_ATTENTION")),
    "sdpa-flash": Peer(describe_torch, functools.partial(prepare_sdpa, "FLASH_ATTENTION")),
    "flex": Peer(describe_torch_triton, prepare_flex),
}

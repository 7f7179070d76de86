"""Times on a GPU by events, as the median of a few rounds."""

WARM_UP = 3
ROUNDS = 7
# Launches timed together, so that the gap between two of them hides.
LAUNCHES = 5


def median_ms(torch, function):
    for _ in range(WARM_UP):
        function()
    times = sorted(one_round(torch, function) for _ in range(ROUNDS))
    return times[len(times) // 2]


def graph_ms(torch, function):
    """The same from a replayed CUDA graph: without what the host does for every call."""
    for _ in range(WARM_UP):
        function()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        function()
    return median_ms(torch, graph.replay)


def one_round(torch, function):
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(LAUNCHES):
        function()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / LAUNCHES


def require_cuda():
    import torch

    if not torch.cuda.is_available():
        raise ImportError("PyTorch sees no CUDA device")
    return torch


def assert_rows_close(torch, left_rows, right, found_rows, bound):
    """Some rows of a product against float64; relative error by the Frobenius norm, which NaN never passes."""
    expected = left_rows.double() @ right.double()
    error = float((found_rows.double() - expected).norm() / expected.norm())
    assert error <= bound, f"relative error {error:.2g}"
    return error

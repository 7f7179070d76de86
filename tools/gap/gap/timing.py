"""Times on a GPU by events, as the median of a few rounds."""

WARM_UP = 3
ROUNDS = 7
# Launches timed together, so that the gap between two of them hides.
LAUNCHES = 5


def median_ms(torch, function):
    return interleaved_ms(torch, {"only": function})["only"]


def interleaved_ms(torch, functions):
    """The median of each in milliseconds; they take turns, so that a drift of the clocks touches all of them alike."""
    for function in functions.values():
        for _ in range(WARM_UP):
            function()
    times = {name: [] for name in functions}
    for _ in range(ROUNDS):
        for name, function in functions.items():
            times[name].append(one_round(torch, function))
    return {name: sorted(found)[ROUNDS // 2] for name, found in times.items()}


def replay_of(torch, function):
    """A function that runs the same from a CUDA graph: without what the host does for every call."""
    function()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        function()
    return graph.replay


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

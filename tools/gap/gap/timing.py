"""Times on a GPU by events, as the median of a few rounds."""

WARM_UP = 3
ROUNDS = 7
LAUNCHES = 5


def median_ms(torch, function):
    for _ in range(WARM_UP):
        function()
    times = sorted(one_round(torch, function) for _ in range(ROUNDS))
    return times[len(times) // 2]


def one_round(torch, function):
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(LAUNCHES):
        function()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / LAUNCHES

"""Times a function by each clock of the peers on a torch that only counts; prints what happened as JSON."""

import json
import sys
import tempfile
import types

import numpy
from sparsek_peers import timing

happened = []


def note(name):
    return lambda *_: happened.append(name)


class Array:
    def copy_(self, other):
        happened.append(f"copy {other}")

    def cpu(self):
        happened.append("back")


class Event:
    def __init__(self, enable_timing):
        self.record = note("record")
        self.synchronize = note("event")

    def elapsed_time(self, end):
        return 10.0


class Graph:
    replay = staticmethod(note("replay"))


class Capture:
    def __init__(self, graph):
        pass

    def __enter__(self):
        happened.append("capture")

    def __exit__(self, *_):
        happened.append("captured")


cuda = types.SimpleNamespace(synchronize=note("wait"), CUDAGraph=Graph, graph=Capture, Event=Event)
torch = types.SimpleNamespace(
    cuda=cuda, from_numpy=lambda array: f"host {array.size}", empty_like=lambda *_, device: Array()
)


def function(name):
    def call():
        happened.append(name)
        return Array()

    return call


def stored(count):
    path = tempfile.mkstemp(dir=sys.argv[1])[1]
    numpy.zeros(count, numpy.float32).tofile(path)
    return {"path": path, "dtype": "f32", "shape": [count]}


request = {"launches": 5, "arrays": {"values": stored(6), "indices": stored(3), "b": stored(4)}}
told = {}
for measure, clock in timing.CLOCKS.items():
    made = clock(torch, request, [function("f"), function("g")])
    happened.clear()
    milliseconds = made.run()
    told[measure] = {"description": made.description, "happened": list(happened), "positive": milliseconds > 0}
print(json.dumps(told))

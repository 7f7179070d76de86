"""Answers one JSON object a line on standard input with one on standard output; runs the peers. A reply repeats the
`number` of its request.

versions {device} -> {peer: {version} | {missing}}            which peers of a device run here
prepare {id, peer, case, arrays, inputSets, launches, forget} -> {timedAs, checkable} | {skipped, unconcerned}
                                                              load the arrays of a case for one peer
run {id, range} -> {ms}                                       run once; GPU peers: mean of a few launches back to back;
                                                              profilers show it under the name of the range
result {id, rows, path} -> {finite}                           write rows of the newest result as bare float32
release {id} -> {}                                            forget a prepared case
"""

import json
import os
import sys

from sparsek_peers import arrays, attention, cpu, device, flex, numpy_attention, products
from sparsek_peers.peer import Skip, profiler_range

DEVICES = {"cpu": {**cpu.PEERS, **numpy_attention.PEERS}, "gpu": {**products.PEERS, **attention.PEERS, **flex.PEERS}}
PEERS = {name: peer for peers in DEVICES.values() for name, peer in peers.items()}


class Server:
    def __init__(self):
        self.prepared = {}

    def answer(self, request):
        return getattr(self, request["op"])(request)

    def versions(self, request):
        return {name: peer.describe() for name, peer in DEVICES[request["device"]].items()}

    def prepare(self, request):
        device.forget(request["forget"])
        try:
            prepared = PEERS[request["peer"]].prepare(request)
        except Skip as skip:
            return {"skipped": str(skip), "unconcerned": skip.unconcerned}
        self.prepared[request["id"]] = prepared
        return {"timedAs": prepared.timed_as, "checkable": prepared.checkable}

    def run(self, request):
        with profiler_range(request["range"]):
            return {"ms": self.prepared[request["id"]].run()}

    def result(self, request):
        rows, finite = self.prepared[request["id"]].result(request["rows"])
        arrays.store(request["path"], rows)
        return {"finite": finite}

    def release(self, request):
        self.prepared.pop(request["id"], None)
        device.release_memory()
        return {}


def main():
    # Libraries print to standard output now and then, those in C to its descriptor; only replies may go there.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = Server()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = server.answer(request)
        except Exception as failure:  # every failure belongs to the request that caused it
            reply = {"error": f"{type(failure).__name__}: {failure}"}
        replies.write(json.dumps({"number": request["number"], **reply}) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()

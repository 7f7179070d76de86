"""Answers one JSON object a line on standard input with one on standard output; runs the peers.

versions {device} -> {peer: {version} | {missing}}  which peers of a device run here
prepare {peer, case, files, ...} -> {id}            load the arrays of a case for one peer
run {id} -> {ms}                                    run once; GPU peers: mean of a few launches back to back
result {id, path} -> {}                             write the newest result as float32 .npy
release {id} -> {}                                  forget a prepared case
"""

import json
import sys

from sparsek_peers import cpu, gpu

DEVICES = {"cpu": cpu.PEERS, "gpu": gpu.PEERS}
PEERS = {**cpu.PEERS, **gpu.PEERS}


class Server:
    def __init__(self):
        self.prepared = {}
        self.next_id = 0

    def answer(self, request):
        operation = request["op"]
        if operation == "versions":
            return {name: peer.describe() for name, peer in DEVICES[request["device"]].items()}
        if operation == "prepare":
            self.next_id += 1
            self.prepared[self.next_id] = PEERS[request["peer"]].prepare(request)
            return {"id": self.next_id}
        if operation == "release":
            self.prepared.pop(request["id"], None)
            gpu.release_memory()
            return {}
        prepared = self.prepared[request["id"]]
        if operation == "run":
            return {"ms": prepared.run()}
        if operation == "result":
            import numpy

            numpy.save(request["path"], prepared.result())
            return {}
        raise ValueError(f"unknown operation {operation}")


def main():
    # Libraries print to standard output now and then; only replies may go there.
    replies = sys.stdout
    sys.stdout = sys.stderr
    server = Server()
    for line in sys.stdin:
        try:
            reply = server.answer(json.loads(line))
        except Exception as failure:  # every failure belongs to the request that caused it
            reply = {"error": f"{type(failure).__name__}: {failure}"}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()

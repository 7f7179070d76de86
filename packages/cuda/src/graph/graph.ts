import { InvalidArgumentError } from '@sparsek/types';
import { type GraphState, graphState, register, requireSameDevice, streamState } from '../device/state.js';
import { guard } from '../errors/guard.js';
import { profilerRange } from '../profiler/range.js';
import type { CudaStream } from '../stream/stream.js';

/** A recorded sequence of calls, replayed with one call and the same addresses. */
export interface CudaGraph extends Disposable {
  /** Number of kernels, copies and fills in it. */
  readonly nodes: number;
  /** Gives the whole sequence to a stream of the same device. */
  replay(stream: CudaStream): void;
}

/** Records what `body` gives to the stream. When the body throws, the capture is abandoned and the error passed on. */
export function captureGraph(stream: CudaStream, body: () => void): CudaGraph {
  const state = streamState(stream);
  const { binding } = state.device;
  if (state.capturing)
    throw new InvalidArgumentError('stream', 'a stream that is not being captured', 'one that is');
  using _range = profilerRange('sparsek.graph.capture');
  guard('capture a graph', () => binding.beginCapture(state.handle));
  state.capturing = true;
  try {
    body();
  } catch (error) {
    state.capturing = false;
    binding.cancelCapture(state.handle);
    throw error;
  }
  state.capturing = false;
  const handle = guard('capture a graph', () => binding.endCapture(state.handle));
  return publicGraph({ kind: 'graph', device: state.device, handle });
}

function publicGraph(state: GraphState): CudaGraph {
  const { binding } = state.device;
  const graph: CudaGraph = {
    get nodes() {
      return binding.graphNodes(graphState(graph).handle);
    },
    replay(stream) {
      const open = streamState(stream);
      const replayed = graphState(graph);
      requireSameDevice(open, replayed, 'graph');
      guard('replay a graph', () => binding.launchGraph(replayed.handle, open.handle));
    },
    [Symbol.dispose]() {
      const { handle } = state;
      state.handle = undefined;
      if (handle !== undefined) binding.dropGraph(handle);
    },
  };
  return register(graph, state);
}

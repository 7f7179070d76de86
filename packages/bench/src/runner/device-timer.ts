import type { CudaDevice, CudaGraph } from '@sparsek/cuda';

/**
 * Launches timed together, at least: enough to hide the gap between two, few enough to stay interleaved. As many as
 * GPU peers launch in a row (peers/sparsek_peers/timing.py), so that all see the same clocks.
 */
export const LAUNCHES = 5;

/** How many launches are timed together over so many sets of inputs. */
export const launchesOver = (inputSets: number): number => Math.max(LAUNCHES, inputSets);

export interface DeviceTimer extends Disposable {
  readonly description: string;
  /** Mean milliseconds of one launch, by the device's events. */
  run(): Promise<number>;
}

/** Times launches in turn over the sets of inputs, replayed as one graph where they can be captured in one. */
export async function deviceTimer(device: CudaDevice, sets: readonly (() => void)[]): Promise<DeviceTimer> {
  const { stream } = device;
  const launches = launchesOver(sets.length);
  const launchAll = () => {
    for (let n = 0; n < launches; n++) sets[n % sets.length]!();
  };
  // Modules load and memory is taken on the first launch, which a capture does not allow.
  launchAll();
  await stream.done();
  const graph = tryCapture(device, launchAll);
  return {
    description: describeTiming(launches, sets.length, graph !== undefined),
    async run() {
      using start = device.createEvent();
      using end = device.createEvent();
      stream.record(start);
      if (graph) graph.replay(stream);
      else launchAll();
      stream.record(end);
      await stream.done();
      return end.elapsedSince(start) / launches;
    },
    [Symbol.dispose]: () => graph?.[Symbol.dispose](),
  };
}

function tryCapture({ stream }: CudaDevice, body: () => void): CudaGraph | undefined {
  try {
    return stream.capture(body);
  } catch {
    // A launch that cannot be captured is timed without a graph, which the description tells.
    return undefined;
  }
}

export function describeTiming(launches: number, sets: number, graph: boolean): string {
  const inputs = sets > 1 ? ` over ${sets} sets of inputs` : '';
  return `${launches} launches in a row${inputs}${graph ? ', one graph' : ''}`;
}

import type { Session } from '../backend/session.js';
import type { CudaEvent } from '../stream/event.js';

/** One way to compute the same thing. */
export interface Contender {
  readonly name: string;
  /** Gives the work to the session's stream. */
  launch(): void;
}

/** Launches of one reading: enough that the gaps between launches do not count. */
const LAUNCHES = 4;
const ROUNDS = 7;
/** Who took this many times as long as the fastest in the first round is out: some are slower by orders of magnitude. */
const HOPELESS = 1.5;

/**
 * Median milliseconds of a launch of each contender that stayed in the race, on the device's clock. They take turns, so
 * that a chip that warms up or throttles does so for all.
 */
export async function race(
  session: Session,
  contenders: readonly Contender[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const { device } = session;
  const readings = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  using start = device.createEvent();
  using end = device.createEvent();
  const read = async (contender: Contender, launches: number) => {
    signal?.throwIfAborted();
    return timed(session, [start, end], contender, launches);
  };
  // The first launch of each loads its kernel and warms the caches.
  const first = new Map<string, number>();
  for (const contender of contenders) {
    await read(contender, 1);
    first.set(contender.name, await read(contender, 1));
  }
  const fastest = Math.min(...first.values());
  const racing = contenders.filter(({ name }) => first.get(name)! <= HOPELESS * fastest);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contender of racing) readings.get(contender.name)!.push(await read(contender, LAUNCHES));
  }
  return new Map(racing.map(({ name }) => [name, median(readings.get(name)!)]));
}

async function timed(
  { device }: Session,
  [start, end]: readonly [CudaEvent, CudaEvent],
  contender: Contender,
  launches: number,
): Promise<number> {
  device.stream.record(start);
  for (let count = 0; count < launches; count += 1) contender.launch();
  device.stream.record(end);
  await device.stream.done();
  return end.elapsedSince(start) / launches;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.floor(sorted.length / 2)]!;
}

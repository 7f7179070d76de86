import type { SingleBar } from 'cli-progress';
import type { CliContext } from '../context.js';

/** Shows how far work has come. */
export interface Progress {
  /** From 0 to 1. */
  readonly update: (fraction: number) => void;
  readonly stop: () => void;
}

/** Work that is done sooner shows nothing. */
const DELAY_MS = 500;

/** A bar on stderr for work that takes long; nothing when stderr is no terminal. Stop it whatever happens. */
export function startProgress({ stderr }: CliContext, label: string): Progress {
  if (stderr.isTTY !== true) return { update: () => undefined, stop: () => undefined };
  const begin = performance.now();
  let bar: SingleBar | undefined;
  let loading = false;
  let latest = 0;
  let stopped = false;

  async function show(): Promise<void> {
    loading = true;
    const { SingleBar } = await import('cli-progress');
    if (stopped) return;
    bar = new SingleBar({
      format: `${label} [{bar}] {percentage} %`,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
    });
    bar.start(1, latest);
  }

  return {
    update(fraction) {
      latest = Math.min(1, Math.max(latest, fraction));
      bar?.update(latest);
      if (!loading && performance.now() - begin > DELAY_MS) void show();
    },
    stop() {
      stopped = true;
      bar?.stop();
    },
  };
}

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const given = process.env.CHROMIUM;
export const executable = given ?? CANDIDATES.find((path) => existsSync(path));

/** Why the tests in a browser cannot run; undefined when they can. */
export const browserMissing =
  executable !== undefined && existsSync(executable)
    ? undefined
    : `no Chromium at ${given ?? CANDIDATES.join(', ')} (Debian: apt-get install chromium; or set CHROMIUM)`;

/** Starts Chromium with an empty profile and without services of its own. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ],
  });
}

import { createRequire } from 'node:module';

/** Works from `src` and from `dist` alike: both lie beside the manifest. */
const manifest: { version: string } = createRequire(import.meta.url)('../package.json');

export const VERSION = manifest.version;

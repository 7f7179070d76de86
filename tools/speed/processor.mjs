import { readFileSync } from 'node:fs';
import { findCompiler } from '../toolchain.mjs';

/**
 * Which kind of processor this is, such as "AuthenticAMD, family 26, model 2". Clouds hide the name, and processors that
 * share one may differ by a factor of two. Undefined where the system does not tell.
 */
export function processor() {
  try {
    const text = readFileSync('/proc/cpuinfo', 'utf8');
    const field = (name) => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(text)?.[1];
    const [vendor, family, model] = ['vendor_id', 'cpu family', 'model'].map(field);
    return vendor && family && model ? `${vendor}, family ${family}, model ${model}` : undefined;
  } catch {
    // Not Linux.
    return undefined;
  }
}

/** Which kind of compiler builds the addons here; undefined where there is none. */
export function compiler() {
  const version = findCompiler()?.version;
  if (version === undefined) return undefined;
  return /clang/i.test(version) ? 'clang' : 'GCC';
}

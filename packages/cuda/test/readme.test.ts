import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { examplesIn } from '../../../tools/config/examples.js';
import * as cuda from '../src/index.js';
import { useDriverDouble } from './driver-double/use.js';

useDriverDouble();

const AsyncFunction: new (...code: string[]) => (...values: unknown[]) => Promise<void> =
  Object.getPrototypeOf(async () => {}).constructor;

it('runs the example of the README', async () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = examplesIn(text, 'js')[0]!;
  const names = /import \{ (.*) \} from '@sparsek\/cuda';/.exec(example)![1]!.split(', ');
  const printed: unknown[][] = [];
  const console = { log: (...values: unknown[]) => printed.push(values) };
  const body = example.replace(/import .*\n/, '');
  const values = names.map((name) => Reflect.get(cuda, name));
  await new AsyncFunction('console', ...names, body)(console, ...values);
  expect(printed).toEqual([['Fake GPU 0', new Float32Array(256).fill(1)]]);
});

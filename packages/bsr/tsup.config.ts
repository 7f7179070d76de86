import { defineConfig } from 'tsup';
import { library } from '../../tools/config/tsup.base.js';

export default defineConfig(
  library({ index: 'src/index.ts', io: 'src/io/index.ts', problem: 'src/problem/index.ts' }),
);

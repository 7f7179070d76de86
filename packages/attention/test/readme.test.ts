import { testExamples } from '../../../tools/config/examples.js';

testExamples(import.meta.url, ['../../docs/masks.md', '../../docs/attention.md']);

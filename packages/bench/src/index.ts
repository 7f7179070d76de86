export { loadSuite, suiteJsonSchema } from './case/load-suite.js';
export type { AttentionCase, BenchCase, ConvertCase, PatternSpec, SpmmCase, Suite } from './case/schema.js';
export { describeMachine, type MachineDescription } from './machine/describe.js';
export { type DeviceWatch, watchDevice } from './machine/device-watch.js';
export { measureLimits } from './machine/limits.js';
export { findPythonPeers, type PeerSearch } from './peers/python-contestants.js';
export { launchOnce } from './profile/launch-once.js';
export type { KernelProfile } from './profile/ncu-metrics.js';
export { type CaseProfile, type ProfileOptions, profileCase } from './profile/profile-case.js';
export { PROFILE_HEAD, profileRows } from './profile/profile-rows.js';
export { renderBenchReport } from './report/bench-page.js';
export { type Chart, drawChart } from './report/charts.js';
export {
  type CaseComparison,
  type Change,
  type CompareOptions,
  compareReports,
  differencesOfRuns,
  isRegression,
} from './report/compare.js';
export { type Crossover, crossovers } from './report/crossovers.js';
export { shareOfDenseRate } from './report/dense-rate.js';
export {
  formatBandwidth,
  formatFlops,
  formatMs,
  formatRate,
  formatRatio,
  formatShare,
  markdownTable,
  TABLE_HEAD,
  tableRows,
} from './report/figures.js';
export { type ModelError, modelError } from './report/expected.js';
export { loadReport, reportJsonSchema } from './report/load-report.js';
export {
  type Page,
  type PageChart,
  type PagePart,
  type PageSection,
  type PageSvg,
  type PageTable,
  type PageText,
  renderPage,
} from './report/page.js';
export type {
  BenchReport,
  CaseResult,
  CheckResult,
  ContestantResult,
  DeviceState,
  MachineLimits,
} from './report/schema.js';
export type { Contestant, PreparedRun, PrepareOptions, ResultRows, Skipped } from './runner/contestant.js';
export { isCudaBackend } from './runner/device-runs.js';
export { type RunSuiteOptions, runSuite } from './runner/run-suite.js';
export { sparsekContestant } from './runner/sparsek-contestant.js';
export { summarise, type TimingSummary } from './runner/statistics.js';
export { SUITES } from './suites/index.js';
export type { SuiteDevice, SuiteMaker } from './suites/suite-maker.js';

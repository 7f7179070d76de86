export { loadSuite, suiteJsonSchema } from './case/load-suite.js';
export type { AttentionCase, BenchCase, ConvertCase, PatternSpec, SpmmCase, Suite } from './case/schema.js';
export { describeMachine, isBusy, type MachineDescription } from './machine/describe.js';
export { type DeviceWatch, watchDevice } from './machine/device-watch.js';
export { measureLimits } from './machine/limits.js';
export { PEER_NAMES } from './peers/peer-list.js';
export { findPythonPeers, type PeerSearch } from './peers/python-contestants.js';
export { launchOnce } from './profile/launch-once.js';
export type { KernelProfile } from './profile/ncu-metrics.js';
export { type CaseProfile, type Profile, type ProfileOptions, profileCase } from './profile/profile-case.js';
export { PROFILE_HEAD, profileRows } from './profile/profile-rows.js';
export { renderBenchReport } from './report/bench-page.js';
export { type Chart, type ChartSpec, drawChart } from './report/charts.js';
export {
  type CaseComparison,
  type Change,
  type CompareOptions,
  compareReports,
  isRegression,
} from './report/compare.js';
export { CONTESTANT_HEAD, type ContestantRow, contestantRows } from './report/contestant-rows.js';
export { type Crossover, crossovers } from './report/crossovers.js';
export { shareOfDenseRate } from './report/dense-rate.js';
export { differencesOfRuns } from './report/differences.js';
export { type ModelError, modelError } from './report/expected.js';
export {
  formatBandwidth,
  formatFlops,
  formatMebibytes,
  formatMs,
  formatPercent,
  formatRate,
  formatRatio,
  formatShare,
  formatTimes,
} from './report/figures.js';
export { type Headline, headlineOf, type PeerSummary, type Ratios } from './report/headline.js';
export { loadReport, loadReports, reportJsonSchema } from './report/load-report.js';
export { type LogAxis, logAxis } from './report/log-axis.js';
export { markdownTable } from './report/markdown-table.js';
export { type Mark, markEncoding, marksOf } from './report/marks.js';
export { renderPage } from './report/page/page.js';
export type {
  Cell,
  Page,
  PageChart,
  PageFacts,
  PagePart,
  PageSection,
  PageSvg,
  PageTable,
  PageText,
  Panel,
  Row,
} from './report/page/parts.js';
export { PEER_HEAD, type PeerRow, peerRows } from './report/peer-rows.js';
export { type CaseDot, type CaseRows, caseRows } from './report/plots/case-rows.js';
export { type CurveAxis, type CurvePoint, type Curves, curves } from './report/plots/curve.js';
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

/**
 * Marks have Okabe and Ito's hues, told apart with every common colour vision, darkened on white and lightened on
 * black until each stands out from the page by 3:1 (WCAG 2.2, success criterion 1.4.11).
 */
const LIGHT = {
  text: '#1a1a1a',
  muted: '#555',
  line: '#c9c9c9',
  grid: '#dedede',
  back: '#fff',
  stripe: '#f4f6f8',
  link: '#00508a',
  bad: '#b00020',
  marks: ['#0072b2', '#c24e00', '#007d5c', '#b8528f', '#7a6a00', '#5e3c99', '#1a1a1a', '#8c510a'],
};

const DARK: typeof LIGHT = {
  text: '#ececec',
  muted: '#b5b5b5',
  line: '#4a4a4a',
  grid: '#3a3d42',
  back: '#16181b',
  stripe: '#1f2226',
  link: '#7cc4f5',
  bad: '#ff8a95',
  marks: ['#56b4e9', '#ff9a52', '#35c89b', '#e7a4c9', '#f0e442', '#b6a0ff', '#ffffff', '#d8b48a'],
};

/** How many colours there are for marks: `--mark-0` and on. */
export const MARK_COLORS = LIGHT.marks.length;

function variables({ marks, ...named }: typeof LIGHT): string {
  const entries = [...Object.entries(named), ...marks.map((color, index) => [`mark-${index}`, color])];
  return entries.map(([name, color]) => `--${name}: ${color};`).join(' ');
}

/** Paper is white, whatever the screen is. */
export const STYLE = `
:root { ${variables(LIGHT)} }
@media screen and (prefers-color-scheme: dark) { :root { ${variables(DARK)} } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 75rem; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
h1 { line-height: 1.2; margin: 0.5rem 0; overflow-wrap: anywhere; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
p { max-width: 50rem; overflow-wrap: anywhere; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; list-style: none; }
nav a { display: inline-block; padding: 0.25rem 0; }
.scroll { overflow-x: auto; }
.bad { color: var(--bad); font-weight: 700; }
.quiet { color: var(--muted); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; margin: 1rem 0; }
.facts div { display: flex; flex-direction: column; padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--stripe); }
.facts dt { font-weight: 600; }
.facts dd { margin: 0; font-weight: 400; color: var(--muted); }
.facts .value { order: -1; font-size: 2rem; font-weight: 700; line-height: 1.3; color: var(--text); }
.facts .bad .value { color: var(--bad); }
figure { margin: 1.5rem 0; }
figure svg { display: block; }
figcaption { font-weight: 600; margin: 0.25rem 0; }
caption { color: var(--muted); text-align: left; font-size: 0.9rem; }
caption span { position: sticky; left: 0; display: inline-block; max-width: min(50rem, calc(100vw - 2rem)); padding: 0.25rem 0; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0.5rem 0; padding: 0; list-style: none; font-size: 0.85rem; }
.legend li { display: flex; align-items: center; gap: 0.4rem; }
.legend svg { flex: none; }
.panels { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 1rem 1.5rem; }
.panel { max-width: 100%; }
.panel p { margin: 0 0 0.25rem; font-size: 0.85rem; overflow-wrap: anywhere; }
.wide { display: none; }
details { margin: 0.5rem 0; }
summary { color: var(--link); cursor: pointer; width: fit-content; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.5rem; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
thead th { vertical-align: bottom; font-size: 0.9rem; }
tbody th { font-weight: 400; min-width: 12rem; overflow-wrap: anywhere; background: var(--back); }
tbody tr:nth-child(odd) :is(th, td) { background: var(--stripe); }
.crowded, .crowded thead th { font-size: 0.75rem; }
.crowded :is(th, td) { padding: 0.25rem; }
.crowded tbody th { min-width: 8rem; }
.number { text-align: right; }
td.number { white-space: nowrap; }
.group th, tbody tr.group:nth-child(odd) th { padding-top: 0.9rem; font-weight: 600; background: var(--back); }
.group span { position: sticky; left: 0.5rem; }
@media (min-width: 50rem) { .wide { display: block; } .narrow { display: none; } }
@media screen and (max-width: 50rem) {
  th, td { padding: 0.3rem 0.5rem; }
  table { font-size: 0.9rem; }
  tbody th[scope="row"] { position: sticky; left: 0; min-width: 9rem; max-width: 40vw; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, details, footer { display: none; }
  .wide { display: block; } .narrow { display: none; }
  .scroll { overflow: visible; }
  table, thead th { font-size: 7.5pt; }
  th, td { padding: 0.15rem 0.3rem; }
  tbody th { min-width: 7rem; }
  .crowded, .crowded thead th { font-size: 6.5pt; }
  .crowded :is(th, td) { padding: 0.1rem 0.2rem; }
  thead th { overflow-wrap: anywhere; }
  thead { display: table-header-group; }
  h2, figcaption, caption, .legend, tr.group { break-after: avoid; }
  tr, figure, .panel, .facts { break-inside: avoid; }
  figure svg { max-width: 100%; height: auto; }
  .facts .value { order: -1; font-size: 16pt; }
}
`;

// Runs every file of tests/ against HEARTH_URL in one browser, two files at a time; the ones that measure speed run
// last and alone. Prints one line of counts a file and one for all, and exits with 1 when anything failed.
//   node run.mjs            everything
//   node run.mjs offline    only the files whose name holds this word
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { run } from 'node:test';
import { startServer } from './lib/chromium.mjs';

const SHOWN_MOST = 15; // one slip in the layout fails on every page
const ALONE = ['lighthouse.test.mjs'];
const here = path.dirname(fileURLToPath(import.meta.url));
// The longest first, so that the two at a time end together.
const LONG = ['doors-axe', 'doors-keyboard', 'layout', 'axe-kinds', 'axe-every'];
const turnOf = (name) => {
  const place = LONG.indexOf(name.replace('.test.mjs', ''));
  return place < 0 ? LONG.length : place;
};
const wanted = process.argv[2] || '';
const names = readdirSync(path.join(here, 'tests')).filter((name) => name.endsWith('.test.mjs') && name.includes(wanted))
  .sort((a, b) => turnOf(a) - turnOf(b) || a.localeCompare(b));
const counts = new Map(names.map((name) => [name, { passed: 0, failed: 0, millis: 0, notes: [] }]));

const server = await startServer();
process.env.HEARTH_BROWSER = server.wsEndpoint();
const started = performance.now();
try {
  // The pages are looked for once, not once in each file.
  const { seen } = await import('./lib/site.mjs');
  process.env.HEARTH_SITE = JSON.stringify(seen);
  if (names.some((name) => name.startsWith('doors'))) {
    const { lookForKinds } = await import('./lib/doors.mjs');
    process.env.HEARTH_KINDS = JSON.stringify(await lookForKinds());
  }
  await runFiles(names.filter((name) => !ALONE.includes(name)), 2);
  await runFiles(names.filter((name) => ALONE.includes(name)), 1);
} finally {
  await server.close();
}

let passed = 0;
let failed = 0;
for (const [name, count] of counts) {
  console.log(`${name.replace('.test.mjs', '')}: ${count.passed} passed, ${count.failed} failed (${(count.millis / 1000).toFixed(1)} s)`);
  for (const note of count.notes) console.log(`  ${note}`);
  passed += count.passed;
  failed += count.failed;
}
console.log(`browser tests: ${passed} passed, ${failed} failed in ${((performance.now() - started) / 1000).toFixed(0)} s`);
process.exit(failed || !passed ? 1 : 0);

async function runFiles(files, concurrency) {
  if (!files.length) return;
  const events = run({ files: files.map((name) => path.join(here, 'tests', name)), concurrency, timeout: 900_000 });
  const countOf = (data) => counts.get(path.basename(data.file || data.name || ''));
  for await (const { type, data } of events) {
    const count = data && countOf(data);
    if (!count) continue;
    if (type === 'test:diagnostic' && data.message.startsWith('note: ')) count.notes.push(data.message.slice(6));
    if (type === 'test:stdout' && process.env.HEARTH_SHOW) process.stdout.write(data.message);
    if (type === 'test:stderr') process.stderr.write(data.message);
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details?.type === 'suite') continue;
    if (!data.name.endsWith('.test.mjs')) count.millis += data.details.duration_ms;
    if (type === 'test:pass') {
      // A file with tests in it is not a test of its own.
      if (!data.name.endsWith('.test.mjs')) count.passed += 1;
      continue;
    }
    const cause = data.details?.error?.cause ?? data.details?.error;
    if (data.name.endsWith('.test.mjs') && count.failed) continue;
    count.failed += 1;
    if (count.failed === SHOWN_MOST + 1) console.log(`FAILED ${path.basename(data.file || '')}: more, which are only counted (HEARTH_SHOW=1 shows all)`);
    if (count.failed > SHOWN_MOST && !process.env.HEARTH_SHOW) continue;
    console.log(`FAILED ${path.basename(data.file || '')}: ${data.name}\n${indent(cause?.message || cause?.stack || String(cause))}`);
  }
}

function indent(text) {
  return text.split('\n').slice(0, 60).map((line) => `    ${line}`).join('\n');
}

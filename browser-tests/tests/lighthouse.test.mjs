// Lighthouse gives home, search and a service page all its points. It runs last and alone, because speed is measured.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';
import { args, executablePath } from '../lib/chromium.mjs';
import { address, ordinary } from '../lib/site.mjs';

const chrome = await launch({ chromePath: executablePath, chromeFlags: args, logLevel: 'silent' });
after(() => chrome.kill());
// Its browser stands in a group of its own, so a run that is stopped must end it by name.
for (const signal of ['SIGTERM', 'SIGHUP']) process.once(signal, () => { chrome.kill(); process.exit(1); });

const TRIES = 5;
const pages = [
  ['home', '/', []],
  // Results are asked to stay out of search engines: they hold what a person typed.
  ['search', '/search?q=she+wont+latch&postcode=WA8+0BS', ['is-crawlable']],
  ['service', ordinary, []],
];

for (const [kind, path, skipAudits] of pages) {
  test(`${kind} has every point`, async (t) => {
    let result = await measure(path, skipAudits);
    // Another program on the machine can cost a point; what is slow by itself is slow each time.
    for (let again = 1; result.scores.performance < 100 && again < TRIES; again += 1) {
      t.diagnostic(`note: ${kind}: performance ${result.scores.performance} at try ${again}, measured once more; benchmark ${Math.round(result.benchmark)}`);
      result = await measure(path, skipAudits, slowdown(result.benchmark));
    }
    t.diagnostic(`note: ${kind}: ${Object.entries(result.scores).map(([name, score]) => `${name} ${score}`).join(', ')}`);
    assert.deepEqual(result.lost, []);
    assert.ok(Object.values(result.scores).every((score) => score === 100), JSON.stringify(result.scores));
  });
}

// Lighthouse makes a processor four times slower, to stand for a phone. One that is slow already is made less slow.
function slowdown(benchmark) {
  return Math.max(1, Math.min(4, (4 * benchmark) / 1500));
}

async function measure(path, skipAudits, cpuSlowdownMultiplier = 4) {
  const { lhr } = await lighthouse(address(path), {
    port: chrome.port, output: 'json', logLevel: 'error', skipAudits, throttling: { cpuSlowdownMultiplier },
    onlyCategories: ['performance', 'accessibility', 'best-practices', 'seo'],
  });
  const scores = {};
  const lost = [];
  for (const [name, category] of Object.entries(lhr.categories)) {
    scores[name] = Math.round(category.score * 100);
    if (scores[name] === 100) continue;
    for (const { id, weight } of category.auditRefs) {
      const { score, title, displayValue } = lhr.audits[id];
      if (weight && score !== null && score < 1) lost.push(`${name}: ${id}: ${title} ${displayValue || ''}`);
    }
  }
  return { scores, lost, benchmark: lhr.environment.benchmarkIndex };
}

// Nothing runs off a small screen, and everything pressed is large enough for a thumb. Seen without script, because
// script may only improve.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, visitor } from '../lib/chromium.mjs';
import { exitsCutOff, largerText, overflow, targets } from '../lib/layout.mjs';
import { address, every, kinds } from '../lib/site.mjs';

const browser = await open();
after(() => browser.close());
const context = await visitor(browser, { javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
const page = await context.newPage();
const small = new Map();
const known = new Set(kinds.map(([, path]) => path));
// Services, organisations and topics differ by their words alone: of these every third is seen with larger letters.
const alike = every.filter((path) => /^\/(services|organisations|topics)\//.test(path) && !known.has(path));
const notLarger = new Set(process.env.HEARTH_EVERY ? [] : alike.filter((_, turn) => turn % 3));

for (const path of every) {
  const percents = notLarger.has(path) ? [] : [110, 130, 200];
  const letters = percents.length ? ', and letters of up to twice their size' : '';
  test(`${path} fits a screen of 320 pixels, its targets a finger${letters}`, async () => {
    await page.goto(address(path), { waitUntil: 'load' });
    const widths = known.has(path) ? [1280, 768, 320] : [320];
    for (const width of widths) {
      await page.setViewportSize({ width, height: 640 });
      const wide = await page.evaluate(overflow);
      assert.deepEqual(wide, [], `at ${width} px something is wider than the screen`);
    }
    const { tooSmall, under44 } = await page.evaluate(targets);
    assert.deepEqual(tooSmall, [], 'targets under 24 px');
    for (const each of under44) small.set(each, path);
    // WCAG 1.4.4 and 1.4.10: larger letters, and still nobody has to scroll sideways or hunt for the way out.
    for (const percent of percents) {
      await page.evaluate(largerText, percent);
      assert.deepEqual(await page.evaluate(overflow), [], `at ${percent} % something is wider than the screen`);
      assert.deepEqual(await page.evaluate(exitsCutOff), [], `at ${percent} % the way out is cut off`);
    }
  });
}

test('what is under 44 px on its own is noted', (t) => {
  for (const [each, where] of small) t.diagnostic(`note: under 44 px on its own: ${each} (first seen on ${where})`);
});

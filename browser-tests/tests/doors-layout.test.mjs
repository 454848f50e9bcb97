// Behind the doors too: nothing runs off a small screen, and what is pressed is large enough. Seen without script,
// because script may only improve.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, visitor } from '../lib/chromium.mjs';
import { kinds, letIn, mistakes, openMistake } from '../lib/doors.mjs';
import { overflow, targets } from '../lib/layout.mjs';
import { address } from '../lib/site.mjs';

const browser = await open();
after(() => browser.close());
const context = await visitor(browser, { javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
const page = await context.newPage();
const small = new Map();
let inAs = null;

for (const { path, role } of await kinds()) {
  test(`${path} of ${role || 'a visitor'} fits a screen of 320 pixels and its targets a finger`, async () => {
    await as(role);
    await page.goto(address(path), { waitUntil: 'load' });
    for (const width of [1280, 768, 320]) {
      await page.setViewportSize({ width, height: 640 });
      assert.deepEqual(await page.evaluate(overflow), [], `at ${width} px something is wider than the screen`);
    }
    await thumbs(path);
  });
}

for (const mistake of mistakes) {
  test(`${mistake.path} with a mistake fits a screen of 320 pixels`, async () => {
    await as(mistake.role);
    await openMistake(page, mistake);
    assert.deepEqual(await page.evaluate(overflow), []);
    await thumbs(mistake.path);
  });
}

test('what is under 44 px on its own is noted', (t) => {
  for (const [each, where] of small) t.diagnostic(`note: under 44 px on its own: ${each} (first seen on ${where})`);
});

async function as(role) {
  if (role !== inAs) await (role ? letIn(context, role) : context.clearCookies());
  inAs = role;
}

async function thumbs(path) {
  const { tooSmall, under44 } = await page.evaluate(targets);
  assert.deepEqual(tooSmall, [], 'targets under 24 px');
  for (const each of under44) {
    const alike = each.replace(/(href|value|id|name)="[^"]*"/g, '$1');
    if (![...small.keys()].some((kept) => kept.replace(/(href|value|id|name)="[^"]*"/g, '$1') === alike)) small.set(each, path);
  }
}

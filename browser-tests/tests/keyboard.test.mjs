// A person with a keyboard and no mouse: the order is right, they always see where they are, and they can leave.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, visitor } from '../lib/chromium.mjs';
import { address, ordinary, sensitive } from '../lib/site.mjs';
import { walk } from '../lib/tabbing.mjs';

const browser = await open();
after(() => browser.close());
const context = await visitor(browser);

const walks = [
  ['home', '/', ['skip', 'urgent']],
  ['search', '/search?q=she+wont+latch', ['skip', 'urgent', 'exit']],
  ['service', ordinary, ['skip', 'urgent']],
  ['sensitive service', sensitive, ['skip', 'urgent', 'exit']],
].filter(([, path]) => path);

for (const [kind, path, first] of walks) {
  test(`on ${kind} the tab key goes through everything, and every place it stops is seen`, async () => {
    const page = await context.newPage();
    await page.goto(address(path), { waitUntil: 'load' });
    const stops = await walk(page);
    assert.deepEqual(stops.slice(0, first.length).map(({ classes }) => first.find((name) => classes.includes(name))), first);
    const search = stops.findIndex(({ name }) => name === 'q');
    assert.ok(search > 0, 'the tab key never reaches a search box');
    const hidden = stops.filter(({ seen }) => !seen).map(({ html }) => html);
    assert.deepEqual(hidden, [], 'no outline to see here');
    const covered = stops.filter(({ inView }) => !inView).map(({ html }) => html);
    assert.deepEqual(covered, [], 'the place reached is not on the screen');
    await page.close();
  });

  test(`on ${kind} the skip link leads to the main part`, async () => {
    const page = await context.newPage();
    await page.goto(address(path), { waitUntil: 'load' });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.id === 'main');
    await page.close();
  });
}

test('a search can be asked and a result opened with the keyboard alone', async () => {
  const page = await context.newPage();
  await page.goto(address('/'), { waitUntil: 'load' });
  for (let stops = 0; stops < 40; stops += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement.name === 'q')) break;
  }
  await page.keyboard.type('she wont latch');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/search\?.*q=she/);
  for (let stops = 0; stops < 120; stops += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => /^\/services\/[^/]+$/.test(document.activeElement.getAttribute('href') || ''))) break;
  }
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/services\//);
  await page.close();
});

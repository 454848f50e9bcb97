// No signal: urgent help and the list still open, everything else says so kindly, and nothing else was kept.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import net from 'node:net';
import { open, visitor } from '../lib/chromium.mjs';
import { address, base, ordinary, services } from '../lib/site.mjs';
import { saveButton, servicesOn } from '../lib/steps.mjs';

const browser = await open();
after(() => browser.close());

const KEPT_PAGES = ['/urgent-help', '/shortlist', '/offline'];

test('with no signal, urgent help and the list open, and another page says so', { timeout: 60_000 }, async () => {
  const line = await telephoneLine();
  const context = await visitor(browser, { serviceWorkers: 'allow' });
  const page = await context.newPage();
  await page.goto(`${line.url}/`);
  await page.waitForFunction(() => navigator.serviceWorker.controller);

  await page.goto(line.url + ordinary);
  await saveButton(page).click();
  await page.locator('form[data-save] button.saved').first().waitFor();
  await page.waitForFunction(async (href) => {
    const kept = await caches.match('/shortlist');
    return kept && (await kept.text()).includes(`href="${href}"`);
  }, ordinary);
  await page.goto(`${line.url}/search?q=she+wont+latch`);

  const kept = await page.evaluate(async () => {
    const addresses = [];
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) addresses.push(new URL(request.url).pathname + new URL(request.url).search);
    }
    return addresses;
  });
  const odd = kept.filter((path) => !KEPT_PAGES.includes(path) && !/^\/assets\/(theme|hearth|icons|favicon)-[0-9a-f]+\.(css|js|svg)$/.test(path));
  assert.deepEqual(odd, [], 'the device keeps only what it is meant to');
  for (const path of KEPT_PAGES) assert.ok(kept.includes(path), `${path} is kept`);

  await line.cut();
  await page.goto(`${line.url}/urgent-help`);
  assert.ok(await page.locator('main a[href="tel:999"]').count(), 'urgent help has its numbers');
  assert.ok(await page.evaluate(() => getComputedStyle(document.querySelector('header')).backgroundColor !== 'rgba(0, 0, 0, 0)'), 'and its looks');
  await page.goto(`${line.url}/shortlist`);
  assert.deepEqual(await servicesOn(page), [ordinary]);
  await page.goto(line.url + services.find((path) => path !== ordinary));
  assert.match(await page.locator('h1').innerText(), /signal/i);
  await context.close();
});

test('the exit takes the kept list off the device', { timeout: 60_000 }, async () => {
  const context = await visitor(browser, { serviceWorkers: 'allow' });
  await context.route((url) => !url.href.startsWith(base), (route) => route.fulfill({ contentType: 'text/html', body: '<title>Weather</title>' }));
  const page = await context.newPage();
  await page.goto(address('/urgent-help'));
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await page.waitForFunction(async () => Boolean(await caches.match('/shortlist')));
  await page.locator('a.exit').first().click();
  await page.waitForURL((url) => !url.href.startsWith(base));
  await page.goto(address('/urgent-help'));
  await page.waitForFunction(async () => !(await caches.match('/shortlist')));
  await context.close();
});

/** A line to the site that can be cut. Pages and the service worker both lose it, as they would in a tunnel. */
async function telephoneLine() {
  const site = new URL(base);
  const calls = new Set();
  const line = net.createServer((near) => {
    const far = net.connect(Number(site.port || 80), site.hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      calls.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => { calls.delete(one); other.destroy(); });
      one.pipe(other);
    }
  });
  await new Promise((done) => { line.listen(0, '127.0.0.1', done); });
  return {
    url: `http://127.0.0.1:${line.address().port}`,
    cut: () => new Promise((done) => {
      line.close(done);
      for (const call of calls) call.destroy();
    }),
  };
}

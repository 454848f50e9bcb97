// Every page carries its guards, keeps its own policy, and asks no other server for anything.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, visitor } from '../lib/chromium.mjs';
import { assertGuarded } from '../lib/rules.mjs';
import { address, every, host, kinds, statusOf } from '../lib/site.mjs';

const browser = await open();
after(() => browser.close());

for (const path of every) {
  test(`${path} is guarded by its headers`, async () => {
    const reply = await fetch(address(path));
    await reply.arrayBuffer();
    assertGuarded(Object.fromEntries(reply.headers), path);
  });
}

for (const path of ['/sitemap.xml', '/robots.txt', '/manifest.webmanifest', '/sw.js', '/healthz', '/readyz', '/api/v1/search?q=food', '/api/v1/openapi.json', '/assets/none.css']) {
  test(`${path} is guarded too`, async () => {
    const reply = await fetch(address(path));
    await reply.arrayBuffer();
    assert.equal(reply.status, path.startsWith('/assets/none') ? 404 : 200);
    assertGuarded(Object.fromEntries(reply.headers), path);
  });
}

const context = await visitor(browser);
await context.addInitScript(() => {
  window.refusals = [];
  document.addEventListener('securitypolicyviolation', (event) => window.refusals.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
});

for (const [kind, path] of kinds) {
  test(`${kind} breaks no rule of its own and goes to no other server`, async () => {
    const page = await context.newPage();
    const said = [];
    const elsewhere = [];
    page.on('console', (message) => {
      // The browser itself remarks on a page that is meant to be missing.
      const expected = statusOf(path) === 404 && /404/.test(message.text());
      const ours = /blocked by Playwright/.test(message.text()); // these visitors take no service worker
      if (['error', 'warning'].includes(message.type()) && !expected && !ours) said.push(message.text());
    });
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.host !== host && url.protocol !== 'data:') elsewhere.push(request.url());
    });
    await page.goto(address(path), { waitUntil: 'networkidle' });
    assert.deepEqual(await page.evaluate(() => window.refusals), []);
    assert.deepEqual(said, []);
    assert.deepEqual(elsewhere, []);
    await page.close();
  });
}

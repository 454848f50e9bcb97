// The first view of the home page, as it comes over the wire to an old phone that has never been here.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, visitor } from '../lib/chromium.mjs';
import { address } from '../lib/site.mjs';

const MOST_BYTES = 60_000;
const browser = await open();
after(() => browser.close());

test('the first view of the home page is light', async (t) => {
  const context = await visitor(browser, { viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  const asked = new Map();
  await wire.send('Network.enable');
  await wire.send('Network.setCacheDisabled', { cacheDisabled: true });
  wire.on('Network.responseReceived', ({ requestId, response }) => asked.set(requestId, { url: response.url, bytes: 0 }));
  wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => { if (asked.has(requestId)) asked.get(requestId).bytes = encodedDataLength; });
  await page.goto(address('/'), { waitUntil: 'networkidle' });
  let total = 0;
  for (const { url, bytes } of asked.values()) {
    t.diagnostic(`note: ${bytes} bytes ${new URL(url).pathname}`);
    total += bytes;
  }
  t.diagnostic(`note: ${total} bytes in all, headers included, of ${MOST_BYTES}`);
  assert.ok(asked.size >= 3, 'the page, its style and its script were seen');
  assert.ok(total < MOST_BYTES, `${total} bytes`);
  await context.close();
});

test('assets are kept for a year and come compressed', async () => {
  const html = await (await fetch(address('/'))).text();
  const assets = [...new Set([...html.matchAll(/(?:href|src)="(\/assets\/[^"#]+\.(?:css|js))/g)].map(([, path]) => path))];
  assert.ok(assets.length >= 2);
  for (const path of assets) {
    const reply = await fetch(address(path), { headers: { 'accept-encoding': 'gzip' } });
    assert.match(reply.headers.get('cache-control'), /max-age=31536000.*immutable/, path);
    const large = (await reply.arrayBuffer()).byteLength > 2_000;
    if (large) assert.equal(reply.headers.get('content-encoding'), 'gzip', path);
  }
});

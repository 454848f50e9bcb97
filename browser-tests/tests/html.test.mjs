// The HTML of every page, as the server sends it, is right.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slipsOf } from '../lib/html.mjs';
import { address, every, ordinary, statusOf } from '../lib/site.mjs';

for (const path of every) {
  test(`${path} is valid`, async () => {
    const reply = await fetch(address(path));
    assert.equal(reply.status, statusOf(path));
    assert.equal(reply.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.deepEqual(await slipsOf(await reply.text()), []);
  });
}

test('the report form with errors is valid', async () => {
  const reply = await fetch(address(`${ordinary}/report`), {
    method: 'POST', body: new URLSearchParams(), headers: { origin: new URL(address('/')).origin },
  });
  assert.deepEqual(await slipsOf(await reply.text()), []);
});

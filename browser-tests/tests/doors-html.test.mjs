// The HTML of every page behind the doors is right, for every role that may see it; none is kept on the way or found by
// search engines; and no link leads a role to a page that is shut to it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, known, outside, roles, walk } from '../lib/doors.mjs';
import { slipsOf } from '../lib/html.mjs';
import { address } from '../lib/site.mjs';

const seen = new Set();
for (const path of outside) {
  test(`${path} is valid`, async () => assert.deepEqual(await slipsOf(await (await get(path)).text()), []));
}

for (const role of roles) {
  const pages = await walk(role);
  test(`no link of ${role} leads nowhere`, () => {
    assert.deepEqual(pages.filter(({ status }) => status !== 200).map(({ path, status }) => `${path}: ${status}`), []);
  });
  for (const { path, text, headers } of pages.filter(({ status }) => status === 200)) {
    // A page that is the same for two roles is read once.
    const same = text.replaceAll(/[0-9a-f-]{36}/g, '');
    if (seen.has(same)) continue;
    seen.add(same);
    test(`${path} of ${role} is valid and nobody else's`, async () => {
      assert.deepEqual(await slipsOf(text), []);
      assert.match(headers.get('cache-control'), /no-store/);
      assert.match(text, /<meta name="robots" content="noindex">/);
      assert.equal([...text.matchAll(/<h1[ >]/g)].length, 1, 'one main heading');
    });
  }
}

test('nobody who is not signed in sees any of it', async () => {
  for (const path of ['/admin', '/provider', '/account', ...known]) {
    const reply = await fetch(address(path), { redirect: 'manual' });
    assert.equal(reply.status, 303, path);
    assert.match(reply.headers.get('location'), /^\/sign-in(\?|$)/, path);
  }
});

test('every page that a role may see can be walked to from its first page', async () => {
  const lost = [];
  for (const role of roles) {
    const linked = new Set((await walk(role, [])).map(({ path }) => path));
    for (const path of known.filter((each) => !each.startsWith('/account/') && !linked.has(each))) {
      if ((await get(path, role)).status === 200) lost.push(`${role}: ${path}`);
    }
  }
  assert.deepEqual(lost, []);
});

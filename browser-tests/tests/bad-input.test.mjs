// What no form of ours would send. Each gets the right status, a plain page and all its guards, and the server goes on.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import http from 'node:http';
import { assertGuarded } from '../lib/rules.mjs';
import { address, base, host, ordinary } from '../lib/site.mjs';

const origin = new URL(base).origin;
const report = `${ordinary}/report`;

const gets = [
  ['a thousand parameters', `/search?${Array.from({ length: 1000 }, (_, i) => `a${i}=${i}`).join('&')}&q=food`, 200],
  ['the same parameter a thousand times', `/search?${Array(1000).fill('q=food').join('&')}`, 200],
  ['bytes that are no letters', '/search?q=%FF%FE%C3%28&postcode=%80', 200],
  ['a zero byte', '/search?q=a%00b', 200],
  ['a question of 4,000 letters', `/search?q=${'help '.repeat(800)}`.replaceAll(' ', '+'), 200],
  ['a question of 4,000 letters without a space', `/search?q=${'a'.repeat(4000)}`, 200],
  ['a page far past the end', '/search?q=food&page=99999999999999999999', 200],
  ['numbers that are none', '/search?q=food&age=-1&within=NaN&page=0x10&postcode=%27%3B--', 200],
  ['marks that mean something to a search engine', '/search?q=%22+AND+(+OR+*+~+title%3A+%5B+TO+%5D', 200],
  ['a script', '/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E', 200],
  ['a list of things that are not there', '/shortlist?s=no-such,..%2F..%2Fetc,%00', 200],
  ['a list of five thousand', `/shortlist?s=${Array(5000).fill('x').join(',')}`, 200],
  ['an unknown service', '/services/no-such-service', 404],
  ['an unknown hub', '/hubs/no-such-hub', 404],
  ['an unknown page', '/pages/no-such-page', 404],
  ['an unknown topic', '/topics/no-such-topic', 404],
  ['an unknown organisation', '/organisations/no-such', 404],
  ['a slug of bytes that are no letters', '/services/%FF%FE', null],
  ['a walk up the folders', '/assets/..%2f..%2fCargo.toml', 404],
  ['a report about nothing', '/services/no-such-service/report', 404],
];

for (const [what, path, status] of gets) {
  test(`${what} is met calmly`, async () => {
    const reply = await ask({ path });
    if (status) assert.equal(reply.status, status);
    else assert.ok([400, 404].includes(reply.status), String(reply.status));
    plain(reply, what);
  });
}

test('what was typed comes back as words, never as markup', async () => {
  const reply = await ask({ path: '/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27' });
  assert.ok(!reply.text.includes('<script>alert'));
});

test('a broken cookie is as good as none', async () => {
  for (const cookie of ['shortlist=%FF%FE;;;=;', '=', 'a'.repeat(3000), 'list="\\', 'hearth_list=<script>,../../x']) {
    const reply = await ask({ path: '/shortlist', headers: { cookie } });
    assert.equal(reply.status, 200, cookie.slice(0, 20));
    plain(reply, 'cookie');
  }
});

test('a false host reaches no link', async () => {
  const reply = await ask({ path: '/', headers: { host: 'evil.example' } });
  assert.ok(!reply.text.includes('evil.example'));
  plain(reply, 'a false host');
  const list = await ask({ path: `/shortlist?s=${ordinary.split('/').pop()}`, headers: { host: 'evil.example' } });
  assert.ok(!list.text.includes('evil.example'));
});

test('a host that is no host is refused', async () => {
  for (const odd of ['a b', 'evil.example/x', '<script>', 'a@b']) {
    const reply = await ask({ path: '/', headers: { host: odd } });
    assert.equal(reply.status, 400, odd);
    plain(reply, odd);
  }
});

test('a form from nowhere or from another site is refused', async () => {
  for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site', origin }]) {
    const reply = await ask({ path: report, method: 'POST', headers, body: 'message=hello' });
    assert.equal(reply.status, 403, JSON.stringify(headers));
    plain(reply, 'other site');
  }
});

test('a refused form that speaks of danger still shows the card', async () => {
  const reply = await ask({ path: report, method: 'POST', body: 'message=i+want+to+kill+myself' });
  assert.equal(reply.status, 403);
  assert.ok(reply.text.includes('tel:999') && reply.text.includes('crisis-red'));
});

test('a body far too large is refused', async () => {
  const reply = await ask({ path: report, method: 'POST', headers: { origin }, body: `message=${'a'.repeat(1_000_000)}` });
  assert.equal(reply.status, 413);
  plain(reply, 'too large');
});

test('a form of a thousand fields is read like any other', async () => {
  const body = Array.from({ length: 1000 }, (_, i) => `a${i}=1`).join('&');
  const reply = await ask({ path: report, method: 'POST', headers: { origin }, body });
  assert.ok([200, 400, 422].includes(reply.status), String(reply.status));
  plain(reply, 'fields');
});

test('a method no page takes is refused', async () => {
  const reply = await ask({ path: '/search', method: 'DELETE', headers: { origin } });
  assert.equal(reply.status, 405);
  plain(reply, 'method');
});

test('a program gets its errors as JSON', async () => {
  const reply = await ask({ path: '/api/v1/no-such' });
  assert.equal(reply.status, 404);
  assert.match(reply.headers['content-type'], /^application\/json/);
});

after(async () => {
  const alive = await fetch(address('/healthz'));
  assert.ok(alive.ok, 'the server goes on');
});

function plain(reply, what) {
  assertGuarded(reply.headers, what);
  assert.match(reply.headers['content-type'] || '', /^text\/html/, what);
  assert.ok(/<h1[ >]/.test(reply.text) && reply.text.includes('/urgent-help'), `${what}: a whole page`);
  assert.ok(!/panicked|RUST_BACKTRACE|sqlite|postgres|\.rs:\d/i.test(reply.text), `${what}: nothing of our insides`);
}

/** By hand, because a browser would tidy all of this up before sending it. */
function ask({ path, method = 'GET', headers = {}, body }) {
  const site = new URL(base);
  return new Promise((done, fail) => {
    const type = body ? { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) } : {};
    const request = http.request({
      host: site.hostname, port: site.port || 80, path, method, agent: false, headers: { host, ...type, ...headers },
    }, (reply) => {
      const parts = [];
      reply.on('data', (part) => parts.push(part));
      reply.on('end', () => done({ status: reply.statusCode, headers: reply.headers, text: Buffer.concat(parts).toString('utf8') }));
    });
    request.on('error', fail);
    request.end(body);
  });
}

// A reply of Ask that comes in two parts, as where a council has a language model. The demonstration has none, so the
// second part is made here, around the answer that it gives.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, visitor } from '../lib/chromium.mjs';
import { address } from '../lib/site.mjs';

const browser = await open();
after(() => browser.close());

const QUESTION = 'my child has a fever, when do I ring 111';

/** The page with the quotation on it and the line that waits; `more` sends more of the reply, `end` and `fail` end it. */
async function asked() {
  const context = await visitor(browser, { viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  const sent = [];
  page.on('request', (request) => { if (request.method() === 'POST') sent.push(request.url()); });
  await page.addInitScript(() => {
    const real = window.fetch;
    window.fetch = async (...all) => {
      const reply = await real(...all);
      const turn = (await reply.text()).replace('<blockquote', '<div role="status" aria-busy="true" data-short><p>…</p></div><blockquote');
      const body = new ReadableStream({ start(controller) {
        window.reply = controller;
        controller.enqueue(new TextEncoder().encode(`${turn}<!--|-->`));
      } });
      return new Response(body, { headers: { 'x-ask-conversation': reply.headers.get('x-ask-conversation') } });
    };
  });
  await page.goto(address('/ask'));
  await page.locator('textarea').fill(QUESTION);
  await page.locator('form[data-ask] button[type=submit]').click();
  await page.locator('.turn blockquote').waitFor();
  assert.equal(await page.locator('[data-short][aria-busy]').count(), 1, 'the answer stands there and a line says what is still to come');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'turn-1');
  return {
    page, sent,
    more: (text) => page.evaluate((some) => window.reply.enqueue(new TextEncoder().encode(some)), text),
    end: () => page.evaluate(() => window.reply.close()),
    fail: () => page.evaluate(() => window.reply.error(new Error('gone'))),
  };
}

test('fewer words take the place of the line that waited, and nothing else moves away', async () => {
  const { page, sent, more, end } = await asked();
  const link = page.locator('.turn blockquote a').first();
  await link.focus();
  await more('<ul class="ask-short"><li>Ring');
  await more(' 111.</li></ul><!--|-->');
  await end();
  await page.locator('.turn .ask-short').waitFor();
  assert.equal(await page.locator('.turn .ask-short').innerText(), 'Ring 111.');
  assert.equal(await page.locator('[aria-busy]').count(), 0);
  assert.ok(await link.evaluate((own) => own === document.activeElement), 'whoever reads on is left where they are');
  assert.equal(sent.length, 1);
  await page.context().close();
});

for (const [how, last] of [['breaks off', 'fail'], ['ends too early', 'end']]) {
  test(`a reply that ${how} leaves the quotation, shows no half sentence and asks nothing again`, async () => {
    const { page, sent, more, ...reply } = await asked();
    await more('<ul class="ask-short"><li>You do not have to');
    await reply[last]();
    await page.locator('[data-short]').waitFor({ state: 'detached' });
    assert.equal(await page.locator('.turn blockquote').count(), 1);
    assert.equal(await page.locator('.ask-short').count(), 0);
    assert.equal(sent.length, 1);
    assert.match(page.url(), /\/ask\/[0-9a-f-]{36}$/);
    await page.context().close();
  });
}

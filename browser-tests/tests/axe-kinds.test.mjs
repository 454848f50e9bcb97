// Every kind of page: no rule of axe is broken at three widths, with and without our script; in light and dark with it, and
// in one of the two at each width without it, because our script changes no colour. HEARTH_EVERY=1 takes all twelve looks.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SCHEMES, WIDTHS, look } from '../lib/axe.mjs';
import { open, visitor, withoutOurScript } from '../lib/chromium.mjs';
import { address, kinds } from '../lib/site.mjs';
import { openReportWithErrors } from '../lib/steps.mjs';

const browser = await open();
after(() => browser.close());
const all = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme })));
const some = (turn) => WIDTHS.map((width, at) => ({ width, scheme: SCHEMES[(turn + at) % SCHEMES.length] }));

for (const [way, context] of [['with script', await visitor(browser)], ['without script', await withoutOurScript(browser)]]) {
  const page = await context.newPage();
  for (const [turn, [kind, path]] of kinds.entries()) {
    const looks = way === 'with script' || process.env.HEARTH_EVERY ? all : some(turn);
    test(`${kind} has no barrier ${way}`, async () => {
      const found = await look(page, address(path), looks);
      assert.equal(found.length, 0, `${path}\n${found.join('\n')}`);
    });
  }
}

test('the report form with errors has no barrier', async () => {
  const page = await (await visitor(browser)).newPage();
  await openReportWithErrors(page);
  const found = await look(page, null, all);
  assert.equal(found.length, 0, found.join('\n'));
});

// Every kind of page: no rule of axe is broken at three widths, in light and dark, with and without our script.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SCHEMES, WIDTHS, look } from '../lib/axe.mjs';
import { open, visitor, withoutOurScript } from '../lib/chromium.mjs';
import { address, kinds } from '../lib/site.mjs';
import { openReportWithErrors } from '../lib/steps.mjs';

const browser = await open();
after(() => browser.close());
const looks = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme })));

for (const [way, context] of [['with script', await visitor(browser)], ['without script', await withoutOurScript(browser)]]) {
  const page = await context.newPage();
  for (const [kind, path] of kinds) {
    test(`${kind} has no barrier ${way}`, async () => {
      const found = await look(page, address(path), looks);
      assert.equal(found.length, 0, `${path}\n${found.join('\n')}`);
    });
  }
}

test('the report form with errors has no barrier', async () => {
  const page = await (await visitor(browser)).newPage();
  await openReportWithErrors(page);
  const found = await look(page, null, looks);
  assert.equal(found.length, 0, found.join('\n'));
});

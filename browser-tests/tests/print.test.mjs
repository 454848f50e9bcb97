// On paper: what was found, and none of what can only be pressed.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, visitor } from '../lib/chromium.mjs';
import { letIn } from '../lib/doors.mjs';
import { address, ordinary, sharedList } from '../lib/site.mjs';

const browser = await open();
after(() => browser.close());
const context = await visitor(browser);

const figures = await letIn(await visitor(browser), 'analyst');

for (const [kind, path, signedIn] of [
  ['a shared list', sharedList], ['a service', ordinary], ['urgent help', '/urgent-help'],
  ['how true the data is', '/admin/quality', figures], ['what is expected', '/admin/quality/coverage', figures],
]) {
  test(`${kind} prints without header, footer or buttons`, async () => {
    const page = await (signedIn || context).newPage();
    await page.goto(address(path), { waitUntil: 'load' });
    await page.emulateMedia({ media: 'print' });
    const shown = await page.evaluate(() => ['header.top', 'footer.foot', '.exit-bar', 'main button', '.skip']
      .filter((selector) => [...document.querySelectorAll(selector)].some((element) => element.checkVisibility())));
    assert.deepEqual(shown, []);
    const { ink, paper, heading } = await page.evaluate(() => ({
      ink: getComputedStyle(document.querySelector('main')).color,
      paper: getComputedStyle(document.body).backgroundColor,
      heading: document.querySelector('h1').checkVisibility(),
    }));
    assert.equal(ink, 'rgb(0, 0, 0)');
    assert.ok(['rgb(255, 255, 255)', 'rgba(0, 0, 0, 0)'].includes(paper), paper);
    assert.ok(heading);
    const pdf = await page.pdf({ format: 'A4' });
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    await page.close();
  });
}

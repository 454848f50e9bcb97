// Every kind of page behind the doors: no rule of axe is broken at three widths, in light and dark, with and without our
// script. Each page is seen at one width, light and dark, and every third one without our script too; which ones goes round.
// HEARTH_EVERY=1 takes all twelve looks on every page, which is slow.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SCHEMES, WIDTHS, look } from '../lib/axe.mjs';
import { open, visitor, withoutOurScript } from '../lib/chromium.mjs';
import { address } from '../lib/site.mjs';
import { kinds, letIn, mistakes, openMistake } from '../lib/doors.mjs';

const browser = await open();
after(() => browser.close());
const all = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme })));
const looksOf = (turn, withScript) => {
  if (process.env.HEARTH_EVERY) return all;
  if (!withScript) return [all[Math.floor(turn / 3) % all.length]];
  return all.filter(({ width }) => width === WIDTHS[turn % WIDTHS.length]);
};
const isSeen = (turn, withScript) => withScript || process.env.HEARTH_EVERY || turn % 3 === 0;
const found = await kinds();

for (const [way, context] of [['with script', await visitor(browser)], ['without script', await withoutOurScript(browser)]]) {
  const withScript = way === 'with script';
  const page = await context.newPage();
  let inAs = null;
  const as = async (role) => {
    if (role === inAs) return;
    if (role) await letIn(context, role);
    else await context.clearCookies();
    inAs = role;
  };
  for (const [turn, { path, role }] of found.entries()) {
    if (!isSeen(turn, withScript)) continue;
    test(`${path} of ${role || 'a visitor'} has no barrier ${way}`, async () => {
      await as(role);
      const barriers = await look(page, address(path), looksOf(turn, withScript));
      assert.equal(barriers.length, 0, barriers.join('\n'));
    });
  }
  for (const [turn, mistake] of mistakes.entries()) {
    test(`${mistake.path} of ${mistake.role || 'a visitor'} with a mistake has no barrier ${way}`, async () => {
      await as(mistake.role);
      await openMistake(page, mistake);
      const barriers = await look(page, null, looksOf(turn, withScript));
      assert.equal(barriers.length, 0, barriers.join('\n'));
    });
  }
}

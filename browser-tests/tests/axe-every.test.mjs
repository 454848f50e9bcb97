// The other pages of the sitemap, each in one of the twelve looks: the looks go round, so that each kind of page is
// seen in all of them. Of services, organisations and topics, which differ by their words alone, every third is taken.
// HEARTH_EVERY=1 takes all twelve looks on every page, which is slow.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SCHEMES, WIDTHS, look } from '../lib/axe.mjs';
import { open, visitor, withoutOurScript } from '../lib/chromium.mjs';
import { address, every, kinds } from '../lib/site.mjs';

const browser = await open();
after(() => browser.close());
const all = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme })));
const ways = [await visitor(browser), await withoutOurScript(browser)];
const pages = await Promise.all(ways.map((context) => context.newPage()));
const known = new Set(kinds.map(([, path]) => path));
const unknown = every.filter((path) => !known.has(path));
const alike = unknown.filter((path) => /^\/(services|organisations|topics)\//.test(path));
const thirds = new Set(process.env.HEARTH_EVERY ? [] : alike.filter((_, turn) => turn % 3));
const rest = unknown.filter((path) => !thirds.has(path));

rest.forEach((path, turn) => {
  const looks = process.env.HEARTH_EVERY ? all : [all[turn % 6]];
  const chosen = process.env.HEARTH_EVERY ? pages : [pages[Math.floor(turn / 6) % 2]];
  test(`${path} has no barrier`, async () => {
    for (const page of chosen) {
      const found = await look(page, address(path), looks);
      assert.equal(found.length, 0, found.join('\n'));
    }
  });
});

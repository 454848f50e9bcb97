// A person with a keyboard and no mouse, going once through a page.

/** So many presses go out before anybody looks: the page notes each stop itself, and nothing waits for the way back. */
const AT_ONCE = 20;

/** Presses Tab until the page has been gone through once. More stops than the page has places would be a trap. */
export async function walk(page) {
  const most = (await page.locator('a[href], button, input, select, textarea, summary, [tabindex]').count()) + 5
    + 4 * (await page.locator('input[type=date], input[type=time]').count()); // day, month, year and the calendar are stops of their own
  await page.evaluate(noteStops);
  const wire = await page.context().newCDPSession(page);
  const tab = (type) => wire.send('Input.dispatchKeyEvent', { type, key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 });
  for (let pressed = 0; pressed <= most; pressed += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => [tab('rawKeyDown'), tab('keyUp')]).flat());
    const { stops, over } = await page.evaluate(() => window.walked);
    if (over) {
      await wire.detach();
      return stops;
    }
    if (pressed + AT_ONCE > most) throw new Error(`the tab key is caught near ${stops.at(-1)?.html}`);
  }
}

/** Runs in the page: when the key is let go, the place it led to is noted, until there is none or one comes again. */
function noteStops() {
  const walked = { stops: [], over: false };
  window.walked = walked;
  window.addEventListener('keyup', () => {
    const element = document.activeElement;
    if (walked.over) return;
    if (!element || element === document.body || element === document.documentElement) {
      walked.over = walked.stops.length > 0;
      return;
    }
    if (element.dataset.walked) {
      walked.over = !/date|time/.test(element.type);
      return;
    }
    element.dataset.walked = 'yes';
    const visible = (each) => {
      const style = getComputedStyle(each);
      return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
    };
    const box = element.getBoundingClientRect();
    const label = element.labels && element.labels[0];
    walked.stops.push({
      html: element.outerHTML.slice(0, 120),
      classes: [...element.classList],
      name: element.getAttribute('name'),
      // Radios and ticks are drawn by their label.
      seen: visible(element) || Boolean(label && (visible(label) || getComputedStyle(label, '::before').boxShadow !== 'none' || getComputedStyle(label, '::before').outlineStyle !== 'none')),
      inView: box.bottom > 0 && box.top < window.innerHeight && box.right > 0 && box.left < window.innerWidth && box.width > 0,
    });
  }, true);
}

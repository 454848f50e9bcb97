// What a page looks like from inside the browser: what runs off the screen, and what is too small to press. Both run in
// the page, so each stands by itself.

/** What is wider than the screen. */
export function overflow() {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const wide = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > room + 0.5);
  return [`scrollWidth ${document.documentElement.scrollWidth}`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
}

/** Makes the letters as large as a person may set them, with everything that folds unfolded. */
export function largerText(percent) {
  document.documentElement.style.fontSize = `${percent}%`;
  document.querySelectorAll('details').forEach((details) => { details.open = true; });
}

/** Ways out of a page ('Exit this page') that do not stand whole inside the screen's width, and one that is not in sight at once. */
export function exitsCutOff() {
  const exits = [...document.querySelectorAll('a.exit')].filter((exit) => exit.checkVisibility());
  const room = document.documentElement.clientWidth;
  const boxes = exits.map((exit) => exit.getBoundingClientRect());
  const cut = boxes.filter((box) => box.left < 0 || box.right > room + 0.5).map((box) => `from ${box.left} to ${box.right} of ${room}`);
  const inSight = boxes.some((box) => box.top >= 0 && box.bottom <= innerHeight);
  return exits.length > 0 && !inSight ? [...cut, 'none is in sight at the top of the page'] : cut;
}

/** What is smaller than 24 px, which nobody should have to press, and what is under the 44 px of a thumb. */
export function targets() {
  const tooSmall = [];
  const under44 = [];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && element.getBoundingClientRect().width > 1;
  for (const element of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
    if (!shown(element) || element.closest('.hide, .skip') || element.matches('.hide, .skip')) continue;
    // A link inside a sentence is the only exception: its line height is the sentence's.
    const around = element.parentElement;
    const words = [...around.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim().length > 1);
    const inline = getComputedStyle(element).display === 'inline';
    if (inline && element.tagName === 'A' && (words || around.closest('p, li, dd, td, figcaption')?.textContent.trim() !== element.textContent.trim())) continue;
    let boxes = [element.getBoundingClientRect()];
    // A radio or tick and its label are one target; so is a link whose cover fills its card.
    if (element.labels) boxes = boxes.concat([...element.labels].map((label) => label.getBoundingClientRect()));
    const cover = getComputedStyle(element, '::after');
    if (cover.position === 'absolute' && cover.content !== 'none') boxes.push(around.getBoundingClientRect());
    const width = Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left));
    const height = Math.max(...boxes.map((box) => box.bottom)) - Math.min(...boxes.map((box) => box.top));
    const name = `${element.outerHTML.slice(0, 110).replace(/\s+/g, ' ')} ${Math.round(width)}x${Math.round(height)}`;
    if (width < 24 || height < 24) tooSmall.push(name);
    else if (width < 43.5 || height < 43.5) under44.push(name);
  }
  return { tooSmall, under44: under44.slice(0, 5) };
}

// What script adds to Hearth. Every page works without it: nothing here is needed, nothing here is kept.
// Written in old syntax on purpose, so that an old phone runs it, and in one file so that it is fetched once.
//
// The field's own modules (govuk-frontend) are not used: its bundle is 10 KB compressed, and the two of its
// behaviours needed here (exit this page, error summary) are a few lines each.
(function (window, document) {
  'use strict';

  var root = document.documentElement;
  var worker = 'serviceWorker' in navigator && window.isSecureContext !== false ? navigator.serviceWorker : null;

  function each(selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  }

  function words(element, name, otherwise) {
    return element.getAttribute('data-' + name) || otherwise;
  }

  // Says a sentence to a screen reader without moving anybody's place.
  var speaker;
  function say(sentence) {
    if (!speaker) {
      speaker = document.createElement('p');
      speaker.className = 'hide';
      speaker.setAttribute('role', 'status');
      document.body.appendChild(speaker);
    }
    // A region must be on the page before its words change, or some readers say nothing.
    window.setTimeout(function () {
      speaker.textContent = sentence;
    }, 50);
  }

  // Exit this page. The page goes blank first, because the next one may be slow to come.
  var exit = document.querySelector('a.exit');
  function leave() {
    root.className += ' leaving';
    document.body.hidden = true;
    document.title = '\u00a0';
    // A browser puts back, behind its back button, whatever stands in a box when the page is left.
    each('textarea, input:not([type=hidden]):not([type=checkbox]):not([type=radio])', function (box) {
      box.value = '';
    });
    try {
      window.sessionStorage.clear();
    } catch (refused) { /* storage may be turned off */ }
    if (worker && worker.controller) worker.controller.postMessage({ hearth: 'forget' });
    var clear = exit.getAttribute('data-clear');
    if (clear && navigator.sendBeacon) navigator.sendBeacon(clear);
    window.location.replace(exit.href);
  }

  if (exit) {
    each('a.exit', function (link) {
      link.addEventListener('click', function (event) {
        event.preventDefault();
        leave();
      });
    });

    // Shift on its own, three times within five seconds. Shift used to type a capital does not count.
    var presses = [];
    var alone = false;
    document.addEventListener('keydown', function (event) {
      alone = event.key === 'Shift' && !event.ctrlKey && !event.altKey && !event.metaKey;
      if (event.key !== 'Shift') presses = [];
    }, true);
    document.addEventListener('keyup', function (event) {
      if (event.key !== 'Shift' || !alone) return;
      var now = event.timeStamp;
      presses = presses.filter(function (then) { return now - then < 5000; });
      presses.push(now);
      if (presses.length > 2) leave();
      else if (presses.length === 2) say(words(exit, 'one-more', 'Press Shift one more time to leave this page.'));
      else say(words(exit, 'two-more', 'Press Shift two more times to leave this page.'));
    }, true);

    // Coming back with the back button shows the page again only because the person asked for it.
    window.addEventListener('pageshow', function (event) {
      if (!event.persisted) return;
      root.className = root.className.replace(' leaving', '');
      document.body.hidden = false;
    });
  }

  // The error summary is met first, and each of its links goes to the field with its question in sight.
  var summary = document.querySelector('.error-sum, .govuk-error-summary');
  if (summary) {
    summary.setAttribute('tabindex', '-1');
    summary.focus();
    summary.addEventListener('click', function (event) {
      var link = event.target.closest && event.target.closest('a[href^="#"]');
      var field = link && document.getElementById(link.getAttribute('href').slice(1));
      if (!field) return;
      event.preventDefault();
      var group = field.closest('fieldset') || field.closest('.field, .govuk-form-group') || field;
      group.scrollIntoView();
      if (!/^(A|BUTTON|INPUT|SELECT|TEXTAREA)$/.test(field.tagName)) field.setAttribute('tabindex', '-1');
      field.focus({ preventScroll: true });
    });
  }

  // Save to the shortlist without leaving the results. If anything goes wrong the form is sent the plain way.
  each('form[data-save]', function (form) {
    var button = form.querySelector('button');
    var word = form.querySelector('[data-word]');
    if (!button || !word || !window.fetch || !window.URLSearchParams || !window.FormData) return;
    var state = 'ready';
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      if (state === 'saved') window.location.href = words(form, 'list', '/shortlist');
      if (state !== 'ready') return;
      state = 'sending';
      var fields = new URLSearchParams(new FormData(form));
      if (button.name) fields.append(button.name, button.value);
      fetch(form.action, {
        method: 'POST', body: fields, credentials: 'same-origin', headers: { 'X-Requested-With': 'fetch' }
      }).then(function (reply) {
        if (!reply.ok) throw reply;
        state = 'saved';
        button.className += ' saved';
        word.textContent = words(form, 'saved', 'Saved');
        say(words(form, 'said', 'Saved to your list.'));
        if (worker && worker.controller) worker.controller.postMessage({ hearth: 'shortlist' });
      }).catch(function () {
        state = 'plain';
        form.submit();
      });
    });
  });

  // Buttons that only script can do are hidden until it is here.
  each('[data-print]', function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { window.print(); });
  });

  // A timetable that is printed is counted: a number, and nothing of who it was.
  each('[data-printed]', function (sheet) {
    if (!navigator.sendBeacon) return;
    window.addEventListener('beforeprint', function () {
      navigator.sendBeacon(sheet.getAttribute('data-printed'));
    });
  });

  // Urgent help and the shortlist stay readable with no signal.
  if (worker) {
    window.addEventListener('load', function () {
      worker.register('/sw.js').catch(function () { /* private windows refuse; the site still works */ });
    });
  }
})(window, document);

// A register on a phone: each mark goes as it is made, or waits on this phone until there is a network. Sent only to pages
// with a register. Every mark has a key of this phone's own, so it may be sent late, in any order, and twice.
//   <form data-register="DATE"> <fieldset data-whom="KEY"> radios named came.KEY, a select named meal.KEY, saw.KEY hidden
//   <div data-register="DATE"> <form data-step="child|grown"> for a drop-in
// What is kept on the phone stands in one cache: what was not sent yet, and the page itself so that it opens again without
// a network. It goes when it was sent, at sign-out, and after a day. A phone may be shared: everything in the cache says
// whose it is, and goes as soon as somebody else opens a register here or the site says that it is not theirs. The pages,
// which have names on them, go already when anybody signs in (sw.js).
(function (window, document) {
  'use strict';

  var register = document.querySelector('[data-register]');
  if (!register || !window.caches || !window.fetch || !window.Promise || !window.crypto) return;

  var CACHE = 'register-kept';
  var KEPT_MS = 24 * 60 * 60 * 1000;
  var AGAIN_MS = 20000;
  var date = register.getAttribute('data-register');
  var keeper = register.getAttribute('data-keeper') || '';
  var opens = Number(register.getAttribute('data-opens')) || 0;
  var page = '/register/' + date;
  var sync = page + '/marks';
  var said = document.querySelector('[data-register-said]');
  var words = document.querySelector('[data-register-words]');
  var signIn = document.querySelector('[data-register-sign-in]');
  var urgent = document.querySelector('[data-register-urgent]');
  var urgentSeen = document.querySelector('[data-register-urgent-seen]');
  // Each time the page opens it is a device of its own, so that two of them on one phone never make the same key.
  var device = uuid();
  var counter = 0;
  var lastAt = 0;
  // What waits, in memory as well as on the phone, by its key.
  var waiting = {};
  var sending = false;
  var gone = false;
  var trouble = '';
  var MARKED = '[data-whom] input[type=radio]:checked:not([value=""])';
  var SIGNED_OUT = 'You have been signed out since.';

  function each(list, act) {
    Array.prototype.forEach.call(list, act);
  }

  function many() {
    return Object.keys(waiting).length;
  }

  function tell() {
    var count = many();
    said.hidden = false;
    if (count) words.textContent = 'Kept on this phone, not sent yet: ' + count + '. ' + trouble;
    else words.textContent = trouble || 'Every mark has been sent.';
    signIn.hidden = trouble !== SIGNED_OUT;
  }

  function uuid() {
    var bytes = window.crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    var hex = Array.prototype.map.call(bytes, function (byte) { return ('0' + byte.toString(16)).slice(-2); }).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  function open() {
    return window.caches.open(CACHE);
  }

  function headers(type) {
    return { 'Content-Type': type, 'X-Kept-At': String(Date.now()), 'X-Keeper': keeper };
  }

  // Everything of this register, or only its page.
  function drop(what) {
    return open().then(function (cache) {
      if (what === 'page') return cache.delete(page);
      waiting = {};
      return cache.keys().then(function (requests) {
        return Promise.all(requests.map(function (request) {
          var path = new URL(request.url).pathname;
          return path === page || path === sync ? cache.delete(request) : null;
        }));
      });
    });
  }

  // Stays until somebody says that they have seen it, also when the page is opened again.
  function sayUrgent() {
    urgent.hidden = false;
    return open().then(function (cache) {
      return cache.put(sync + '?urgent', new Response('{}', { headers: headers('application/json') }));
    }).catch(function () { /* it is on the page at least */ });
  }

  // Before a register opens only 'told us' is on it. A page that was kept without a network opens by the phone's clock.
  function openUp() {
    each(document.querySelectorAll('[data-from-open]'), function (part) { part.hidden = false; });
    each(document.querySelectorAll('[data-until-open]'), function (part) { part.hidden = true; });
  }

  function addressOf(key) {
    return sync + '?waits=' + key;
  }

  // What the site does not refuse for the hour: that waits on the phone, and is tried again with the next turn.
  function ready() {
    return inOrder().filter(function (item) { return !item.early; });
  }

  // In the order in which they were made.
  function inOrder() {
    return Object.keys(waiting).map(function (key) { return waiting[key]; }).sort(function (one, other) {
      return one.kept - other.kept || one.what.counter - other.what.counter;
    });
  }

  // The clock of a phone may be set back; the marks of one page still follow one another.
  function now() {
    lastAt = Math.max(Date.now(), lastAt + 1);
    return lastAt;
  }

  // Kept on the phone first, then sent: a battery that dies takes nothing with it.
  function keep(kind, what) {
    counter += 1;
    what.counter = counter;
    if (kind !== 'steps') what.at = now();
    var key = device + '.' + counter;
    var item = { kind: kind, device: device, what: what, kept: Date.now() };
    waiting[key] = item;
    tell();
    return open().then(function (cache) {
      return cache.put(addressOf(key), new Response(JSON.stringify(item), { headers: headers('application/json') }));
    }).catch(function () { trouble = 'This phone is full: stay on this page until they are sent.'; }).then(send);
  }

  function send() {
    if (sending || gone) return Promise.resolve();
    var all = ready();
    if (!all.length) {
      tell();
      return Promise.resolve();
    }
    sending = true;
    var of = all[0].device;
    var some = all.filter(function (item) { return item.device === of; }).slice(0, 100);
    var body = { device: of, keeper: keeper, now: now(), marks: [], walk_ins: [], steps: [] };
    some.forEach(function (item) { body[item.kind].push(item.what); });
    return fetch(sync, {
      method: 'POST', credentials: 'same-origin', redirect: 'manual', cache: 'no-store',
      headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body)
    }).then(function (reply) {
      if (reply.type === 'opaqueredirect' || reply.status === 401) {
        // The names go from the phone. What was not sent stays for the same person, and goes when another signs in.
        return drop('page').then(function () { throw SIGNED_OUT; });
      }
      if (reply.status === 403) {
        return drop('all').then(function () {
          throw 'This account may not keep this register. What this phone kept of it is gone. Load the page again.';
        });
      }
      if (!reply.ok && reply.status !== 422) throw 'The council’s site could not take them. We try again.';
      return reply.json();
    }).then(function (answer) {
      if (!answer.kept) throw 'The council’s site could not take them. We try again.';
      trouble = answer.refused.length ? answer.refused.length + ' could not be taken: they are not on this register.' : '';
      answer.early.forEach(function (number) {
        if (waiting[of + '.' + number]) waiting[of + '.' + number].early = true;
      });
      if (answer.error) trouble = answer.error.message + ' What could not be taken stays on this phone.';
      if (answer.urgent) sayUrgent();
      return forget(of, answer.kept.concat(answer.refused)).then(function () { show(answer); });
    }).then(function () { return true; }, function (why) {
      trouble = typeof why === 'string' ? why : 'There is no network. They go by themselves when it is back.';
      return false;
    }).then(function (went) {
      sending = false;
      tell();
      if (went && ready().length) return send();
      if (went) keepPage();
    });
  }

  function forget(of, numbers) {
    var keys = numbers.map(function (number) { return of + '.' + number; });
    keys.forEach(function (key) { delete waiting[key]; });
    return open().then(function (cache) {
      return Promise.all(keys.map(function (key) { return cache.delete(addressOf(key)); }));
    });
  }

  function field(name) {
    return document.getElementsByName(name);
  }

  // What the site says counts, but where somebody has marked again on this phone meanwhile.
  function show(answer) {
    var again = {};
    var counting = false;
    inOrder().forEach(function (item) {
      if (item.kind === 'steps') counting = true;
      if (item.kind === 'marks') again[item.what.whom] = true;
    });
    answer.marks.forEach(function (mark) {
      if (!again[mark.whom]) showMark(mark.whom, mark.came, mark.meal, mark.saw);
    });
    if (answer.differences) trouble += ' Two people marked somebody differently: load this page again to see who.';
    if (!counting) {
      count('child', answer.children - shown('child'));
      count('grown', answer.grown_ups - shown('grown'));
    }
    marked();
  }

  function showMark(whom, came, meal, saw) {
    each(field('came.' + whom), function (radio) { radio.checked = radio.value === came; });
    each(field('meal.' + whom), function (select) { select.value = meal; });
    each(field('saw.' + whom), function (hidden) { hidden.value = saw; });
  }

  function marked() {
    var number = document.querySelector('[data-marked]');
    if (number) number.textContent = document.querySelectorAll(MARKED).length;
  }

  function shown(what) {
    var number = document.querySelector('[data-count="' + what + '"]');
    return number ? Number(number.textContent) : 0;
  }

  function count(what, step) {
    var number = document.querySelector('[data-count="' + what + '"]');
    if (number) number.textContent = Math.max(0, shown(what) + step);
  }

  function markRow(row) {
    var whom = row.getAttribute('data-whom');
    var chosen = row.querySelector('input[type=radio]:checked');
    var meal = row.querySelector('select');
    var saw = row.querySelector('input[type=hidden]');
    var made = keep('marks', {
      whom: whom, came: chosen ? chosen.value : '', meal: meal ? meal.value : 'none', saw: saw ? saw.value : ''
    });
    if (saw) saw.value = device + '.' + counter;
    marked();
    return made;
  }

  function listen() {
    register.addEventListener('change', function (event) {
      var row = event.target.closest && event.target.closest('[data-whom]');
      if (row) markRow(row);
    });
    each(document.querySelectorAll('form[method=post]'), function (form) {
      form.addEventListener('submit', function (event) {
        var pressed = event.submitter;
        var what = pressed ? pressed.value : '';
        if (form === register) {
          // Everything on it is kept already.
          event.preventDefault();
          send();
        } else if (form.getAttribute('data-step')) {
          event.preventDefault();
          var step = form.getAttribute('data-step');
          var by = what === step + '_less' ? -1 : 1;
          if (shown(step) + by < 0) return;
          count(step, by);
          keep('steps', { children: step === 'child' ? by : 0, grown_ups: step === 'grown' ? by : 0 });
        } else if (form.className === 'nav-out') {
          event.preventDefault();
          signOut(form);
        } else if (ready().length || !navigator.onLine) {
          // Another button asks the site. Without a network it can still put down a walk-in or mark everybody.
          event.preventDefault();
          if (what === 'everybody') everybody();
          else if (form.hasAttribute('data-walk-in')) walkIn(form);
          else send().then(function () { if (!ready().length && navigator.onLine) press(form, pressed); });
        }
      });
    });
    window.addEventListener('online', send);
    document.addEventListener('visibilitychange', function () { if (!document.hidden) send(); });
    window.setInterval(function () {
      inOrder().forEach(function (item) { item.early = false; });
      if (many() && trouble !== SIGNED_OUT) send();
    }, AGAIN_MS);
    urgentSeen.addEventListener('click', function () {
      urgent.hidden = true;
      open().then(function (cache) { return cache.delete(sync + '?urgent'); });
    });
    if (opens > Date.now()) window.setTimeout(openUp, Math.min(opens - Date.now(), 0x7fffffff));
    else openUp();
  }

  // As if nobody had stood between: the button's own word goes with the form.
  function press(form, button) {
    if (button && button.name) {
      var hidden = document.createElement('input');
      hidden.type = 'hidden';
      hidden.name = button.name;
      hidden.value = button.value;
      form.appendChild(hidden);
    }
    form.submit();
  }

  function everybody() {
    each(document.querySelectorAll('[data-whom]'), function (row) {
      if (row.querySelector('input[type=radio]:checked:not([value=""])')) return;
      row.querySelector('input[value=came]').checked = true;
      markRow(row);
    });
  }

  function walkIn(form) {
    var who = form.querySelector('[name=who]:checked');
    if (!who) {
      trouble = 'Say whether it is a child or a grown-up.';
      tell();
      return;
    }
    var meal = form.querySelector('[name=meal]');
    keep('walk_ins', {
      id: uuid(), name: form.querySelector('[name=name]').value, grown_up: who.value === 'grown_up',
      age_band: form.querySelector('[name=age_band]').value, meal: meal ? meal.value : 'none'
    });
    form.reset();
    trouble = 'The walk-in is kept. It is on the list when it was sent.';
    tell();
  }

  var warned = false;
  function signOut(form) {
    send().then(function () {
      if (many() && !warned) {
        warned = true;
        trouble = 'Signing out takes them off this phone unsent. Press ‘Sign out’ again if you want that.';
        tell();
        return;
      }
      gone = true;
      waiting = {};
      return window.caches.delete(CACHE).then(function () { form.submit(); });
    });
  }

  // The page as it is now, so that it opens again without a network; and the script it needs.
  function keepPage() {
    if (!navigator.onLine || gone) return;
    var script = document.querySelector('script[src*="registers"]');
    fetch(page, { credentials: 'same-origin', redirect: 'manual', cache: 'no-store' }).then(function (reply) {
      if (!reply.ok) {
        drop(reply.status === 403 ? 'all' : 'page');
        throw reply;
      }
      return reply.text();
    }).then(function (html) {
      // Somebody else may have signed in on another page meanwhile.
      if (html.indexOf('data-keeper="' + keeper + '"') < 0 || gone) throw html;
      return open().then(function (cache) {
        return cache.put(page, new Response(html, { headers: headers('text/html; charset=utf-8') })).then(function () {
          return cache.match(script.src);
        }).then(function (kept) { return kept || cache.add(script.src); });
      });
    }).catch(function () { /* it opens again when there is a network */ });
  }

  // What this phone kept before: it is sent, or is another's or older than a day and goes.
  function begin() {
    return open().then(function (cache) {
      return cache.keys().then(function (requests) {
        return Promise.all(requests.map(function (request) {
          var url = new URL(request.url);
          if (url.pathname.indexOf('/register/') !== 0) return null;
          return cache.match(request).then(function (reply) {
            if (reply.headers.get('X-Keeper') !== keeper) return cache.delete(request);
            if (url.pathname !== sync) return null;
            if (url.search === '?urgent') {
              urgent.hidden = false;
              return null;
            }
            return reply.json().then(function (item) {
              if (Date.now() - item.kept > KEPT_MS) return cache.delete(request);
              waiting[item.device + '.' + item.what.counter] = item;
            });
          });
        }));
      });
    }).then(function () {
      inOrder().forEach(function (item) {
        lastAt = Math.max(lastAt, item.what.at || 0);
        if (item.kind === 'steps') {
          count('child', item.what.children);
          count('grown', item.what.grown_ups);
        } else if (item.kind === 'marks') {
          showMark(item.what.whom, item.what.came, item.what.meal, item.device + '.' + item.what.counter);
        }
      });
      marked();
    });
  }

  begin().then(function () {
    listen();
    if (many()) send();
    else keepPage();
  }).catch(function () { /* a private window keeps nothing: the buttons send the plain way */ });
})(window, document);

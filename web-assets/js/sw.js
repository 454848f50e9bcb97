// Keeps four things for when there is no signal: urgent help, the shortlist, one page that says 'no signal', and what
// those need to look right. A worker's register keeps itself (registers.js), for a day, until they sign out or anybody
// signs in on this phone, and until the site says that it is not theirs. Nothing else anybody reads is ever kept on the device.
'use strict';

// The server fills these two in when it sends this file.
var PRECACHE = /*HEARTH_PRECACHE*/[];
var VERSION = /*HEARTH_VERSION*/"";

var CACHE = 'hearth-' + VERSION;
var PAGES = ['/urgent-help', '/shortlist', '/offline'];
var PATIENCE_MS = 4000;
var REGISTERS = 'register-kept';
var REGISTERS_KEPT_MS = 24 * 60 * 60 * 1000;

self.addEventListener('install', function (event) {
  event.waitUntil(
    caches.open(CACHE).then(function (cache) {
      // One by one: a single failure must not lose urgent help.
      return Promise.all(PAGES.concat(PRECACHE).filter(first).map(function (path) {
        return keep(cache, path).catch(function () {});
      }));
    }).then(function () { return self.skipWaiting(); })
  );
});

self.addEventListener('activate', function (event) {
  event.waitUntil(
    caches.keys().then(function (names) {
      return Promise.all(names.filter(function (name) {
        return name.indexOf('hearth-') === 0 && name !== CACHE;
      }).map(function (name) { return caches.delete(name); }));
    }).then(function () { return self.clients.claim(); })
  );
});

self.addEventListener('fetch', function (event) {
  var request = event.request;
  var url = new URL(request.url);
  if (url.origin !== self.location.origin) return;

  if (request.method === 'POST') {
    // A change to the shortlist made with a plain form.
    if (under('/shortlist', url.pathname) && request.mode === 'navigate') {
      event.respondWith(fetch(request).then(function (reply) {
        event.waitUntil(refreshShortlist());
        return reply;
      }));
    }
    if (url.pathname === '/sign-out') event.waitUntil(caches.delete(REGISTERS));
    // Whoever signs in may be somebody else: the registers with their names go. What was not sent stays for whose it is.
    if (signsIn(url.pathname)) event.waitUntil(forgetRegisterPages().catch(function () {}));
    return;
  }
  if (request.method !== 'GET') return;

  if (request.mode === 'navigate') {
    event.waitUntil(forgetOldRegisters().catch(function () {}));
    event.respondWith(PAGES.indexOf(url.pathname) >= 0
      ? pageFromNetworkFirst(event, url.pathname, !url.search)
      : fetch(request).then(function (reply) { return forgetWhatIsNotTheirs(reply, url.pathname); }, function () {
        return keptRegister(url.pathname).then(function (kept) { return kept || noSignal(); });
      }));
  } else if (PRECACHE.indexOf(url.pathname) >= 0) {
    // These names change when their contents do, so the kept copy is always right.
    event.respondWith(caches.match(request).then(function (kept) { return kept || fetch(request); }));
  } else if (url.pathname.indexOf('/assets/registers-') === 0) {
    event.respondWith(fetch(request).catch(function () {
      return keptRegister(url.pathname).then(function (kept) { return kept || Response.error(); });
    }));
  }
});

self.addEventListener('message', function (event) {
  var asked = event.data && event.data.hearth;
  if (asked === 'shortlist') event.waitUntil(refreshShortlist());
  if (asked === 'forget') {
    event.waitUntil(caches.open(CACHE).then(function (cache) { return cache.delete('/shortlist'); }));
  }
});

// The network, unless it fails or is too slow for somebody who is frightened; then the kept copy.
function pageFromNetworkFirst(event, path, keepIt) {
  return caches.open(CACHE).then(function (cache) {
    var fresh = fetch(event.request).then(function (reply) {
      if (!keepIt || !good(reply)) return reply;
      return cache.put(path, reply.clone()).then(function () { return reply; }, function () { return reply; });
    });
    // A slow answer still freshens the copy, after the kept page has been shown.
    event.waitUntil(fresh.catch(function () {}));
    function kept() { return cache.match(path); }
    var slow = new Promise(function (answer) { setTimeout(answer, PATIENCE_MS); }).then(kept);
    return Promise.race([fresh, slow]).then(function (reply) { return reply || fresh; }).catch(function () {
      return kept().then(function (reply) { return reply || noSignal(); });
    });
  });
}

function noSignal() {
  return caches.match('/offline').then(function (reply) { return reply || Response.error(); });
}

// A register that was open on this phone, with what its script needs.
function keptRegister(path) {
  return caches.has(REGISTERS).then(function (there) {
    return there ? caches.open(REGISTERS).then(function (cache) { return cache.match(path); }) : undefined;
  });
}

function signsIn(path) {
  return /(^|\/)sign-in(\/|$)/.test(path);
}

// The pages of registers, and of one only where a path is given.
function forgetRegisterPages(path) {
  return caches.has(REGISTERS).then(function (there) {
    return there ? caches.open(REGISTERS).then(function (cache) {
      return cache.keys().then(function (requests) {
        return Promise.all(requests.map(function (request) {
          var kept = new URL(request.url).pathname;
          if (path ? kept === path : /^\/register\/[^/]+$/.test(kept)) return cache.delete(request);
        }));
      });
    }) : undefined;
  });
}

// The site answered for a register with the way to sign in, or that it is not theirs; or somebody is signing in.
function forgetWhatIsNotTheirs(reply, path) {
  var done = Promise.resolve();
  if (/^\/register(\/|$)/.test(path) && (reply.type === 'opaqueredirect' || reply.status === 401)) done = forgetRegisterPages();
  else if (/^\/register\//.test(path) && (reply.status === 403 || reply.status === 404)) {
    done = forgetRegisterPages(path).then(function () { return forgetRegisterPages(path + '/marks'); });
  } else if (signsIn(path)) done = forgetRegisterPages();
  return done.then(function () { return reply; }, function () { return reply; });
}

// Names are not kept longer than a day, whether or not anybody opens the register again.
function forgetOldRegisters() {
  return caches.has(REGISTERS).then(function (there) {
    return there ? caches.open(REGISTERS).then(function (cache) {
      return cache.keys().then(function (requests) {
        return Promise.all(requests.map(function (request) {
          return cache.match(request).then(function (reply) {
            var at = reply && Number(reply.headers.get('X-Kept-At'));
            if (at && Date.now() - at > REGISTERS_KEPT_MS) return cache.delete(request);
          });
        }));
      });
    }) : undefined;
  });
}

function refreshShortlist() {
  return caches.open(CACHE).then(function (cache) { return keep(cache, '/shortlist'); }).catch(function () {});
}

function keep(cache, path) {
  return fetch(path, { credentials: 'same-origin', cache: 'no-cache' }).then(function (reply) {
    if (!good(reply)) throw reply;
    return cache.put(path, reply);
  });
}

// A redirect may lead to a page that is about somebody; only a plain answer is kept.
function good(reply) {
  return reply.ok && !reply.redirected && reply.type === 'basic';
}

function under(place, path) {
  return path === place || path.indexOf(place + '/') === 0;
}

function first(path, index, all) {
  return all.indexOf(path) === index;
}

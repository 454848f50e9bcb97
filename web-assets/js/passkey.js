// Makes and uses passkeys. Sent only to pages with a form for it:
//   <form data-passkey="add|use" data-start="/..." data-finish="/..." data-next="/..." hidden>
//     <button type="submit">...</button><p data-said role="alert"></p>
//   </form>
//   <p data-unable hidden>What to do in a browser that has no passkeys.</p>
// Speaks JSON to our own two addresses and shows what they say as it is. Nothing is kept here.
(function (window, document) {
  'use strict';

  var form = document.querySelector('form[data-passkey]');
  if (!form) return;
  var able = window.PublicKeyCredential && navigator.credentials && window.fetch && window.Promise && window.isSecureContext;
  var unable = document.querySelector('[data-unable]');
  if (!able) {
    if (unable) unable.hidden = false;
    return;
  }
  form.hidden = false;

  var STOPPED = 'That was stopped, or took too long. Press the button again when you are ready.';
  var THERE = 'This device already has a passkey for your account.';
  var NOT_HERE = 'Passkeys do not work at this address. Sign in another way.';
  var NO_ANSWER = 'We could not reach the council’s site. Check your signal and press the button again.';
  var SIGNED_OUT = 'You have been signed out since. Load the page again.';
  var ODD = 'That did not work. Press the button again, or sign in another way.';

  var button = form.querySelector('button');
  var said = form.querySelector('[data-said]');
  var adds = form.getAttribute('data-passkey') === 'add';
  var busy = false;

  form.addEventListener('submit', function (event) {
    event.preventDefault();
    // Not 'disabled', which would take the place from somebody who uses the keyboard.
    if (busy) return;
    busy = true;
    button.setAttribute('aria-disabled', 'true');
    say('');
    post(form.getAttribute('data-start'), {})
      .then(ask)
      .then(function (credential) {
        return post(form.getAttribute('data-finish'), {
          credential: asJson(credential), next: form.getAttribute('data-next') || ''
        });
      })
      .then(function (answer) {
        window.location.assign(answer.leads_to);
      })
      .catch(function (error) {
        busy = false;
        button.removeAttribute('aria-disabled');
        say(wordsFor(error));
      });
  });

  function say(words) {
    said.textContent = words;
  }

  function ask(options) {
    var key = options.publicKey;
    key.challenge = bytes(key.challenge);
    if (adds) {
      key.user.id = bytes(key.user.id);
      (key.excludeCredentials || []).forEach(function (each) { each.id = bytes(each.id); });
      return navigator.credentials.create({ publicKey: key });
    }
    (key.allowCredentials || []).forEach(function (each) { each.id = bytes(each.id); });
    return navigator.credentials.get({ publicKey: key });
  }

  // A refusal comes with its own sentence; anything that is not JSON is the sign-in page or a page of the network's.
  function post(address, body) {
    return window.fetch(address, {
      method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body)
    }).then(function (reply) {
      return reply.json().then(null, function () {
        throw { words: reply.redirected ? SIGNED_OUT : ODD };
      });
    }, function () {
      throw { words: NO_ANSWER };
    }).then(function (answer) {
      if (answer.error) throw { words: answer.error.message };
      return answer;
    });
  }

  function wordsFor(error) {
    if (error && error.words) return error.words;
    switch (error && error.name) {
      case 'NotAllowedError': case 'AbortError': return STOPPED;
      case 'InvalidStateError': return THERE;
      case 'SecurityError': return NOT_HERE;
      default: return ODD;
    }
  }

  function asJson(credential) {
    var answer = credential.response;
    var out = { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: {
      clientDataJSON: text(answer.clientDataJSON)
    } };
    if (adds) {
      out.response.attestationObject = text(answer.attestationObject);
    } else {
      out.response.authenticatorData = text(answer.authenticatorData);
      out.response.signature = text(answer.signature);
      out.response.userHandle = answer.userHandle ? text(answer.userHandle) : null;
    }
    return out;
  }

  function bytes(text) {
    var plain = window.atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    var out = new Uint8Array(plain.length);
    for (var at = 0; at < plain.length; at += 1) out[at] = plain.charCodeAt(at);
    return out;
  }

  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return window.btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }
})(window, document);

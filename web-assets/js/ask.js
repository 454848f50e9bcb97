// Ask without loading the page anew: the answer is put under the question, whose words stay in this page and nowhere else.
// Whatever is not an answer (a safety card, a mistake, no signal) is left to the plain form.
(function (window, document) {
  'use strict';

  var form = document.querySelector('form[data-ask]');
  if (!form || !window.fetch || !window.FormData || !window.URLSearchParams) return;
  var box = form.querySelector('textarea');
  var busy = false;

  function list() {
    var turns = document.getElementById('turns');
    if (turns) return turns;
    turns = document.createElement('ol');
    turns.id = 'turns';
    turns.className = 'turns';
    form.parentNode.insertBefore(turns, form);
    return turns;
  }

  form.addEventListener('submit', function (event) {
    if (!box.value.trim()) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    form.setAttribute('aria-busy', 'true');
    fetch(form.action, {
      method: 'POST', body: new URLSearchParams(new FormData(form)), credentials: 'same-origin',
      headers: { 'X-Requested-With': 'fetch' }
    }).then(function (reply) {
      var id = reply.headers.get('x-ask-conversation');
      if (!reply.ok || !id) throw reply;
      return reply.text().then(function (html) {
        Array.prototype.forEach.call(document.querySelectorAll('.ask-choices'), function (old) { old.remove(); });
        list().insertAdjacentHTML('beforeend', html);
        form.elements.conversation.value = id;
        form.elements.message.value += '1';
        var clear = '/ask/' + id + '/clear';
        Array.prototype.forEach.call(document.querySelectorAll('a.exit'), function (exit) {
          exit.setAttribute('data-clear', clear);
        });
        Array.prototype.forEach.call(document.querySelectorAll('[data-after]'), function (item) { item.hidden = false; });
        var again = document.querySelector('[data-start-again]');
        if (again) again.action = clear;
        if (window.history.replaceState) window.history.replaceState(null, '', '/ask/' + id);
        box.value = '';
        var turn = list().lastElementChild;
        turn.focus({ preventScroll: true });
        turn.scrollIntoView();
        busy = false;
        form.removeAttribute('aria-busy');
      });
    }).catch(function () {
      form.submit();
    });
  });
})(window, document);

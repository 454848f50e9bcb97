// Ask without loading the page anew: the answer is put under the question, whose words stay in this page and nowhere else.
// Where a language model may say it in fewer words, its words come behind the answer, and the answer does not wait for them.
// Whatever is not an answer (a safety card, a mistake, no signal) is left to the plain form.
(function (window, document) {
  'use strict';

  var form = document.querySelector('form[data-ask]');
  // A browser that cannot read a reply while it comes sends the plain form.
  if (!form || !window.TextDecoder || !window.Response || !('body' in Response.prototype)) return;
  var box = form.querySelector('textarea');
  var busy = false;
  // Stands behind each whole part of a reply that comes in two.
  var mark = '<!--|-->';

  function each(selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  }

  function list() {
    var turns = document.getElementById('turns');
    if (turns) return turns;
    turns = document.createElement('ol');
    turns.id = 'turns';
    turns.className = 'turns';
    form.parentNode.insertBefore(turns, form);
    return turns;
  }

  function show(id, html) {
    each('.ask-choices', function (old) { old.remove(); });
    list().insertAdjacentHTML('beforeend', html);
    form.elements.conversation.value = id;
    form.elements.message.value += '1';
    var clear = '/ask/' + id + '/clear';
    each('a.exit', function (exit) { exit.setAttribute('data-clear', clear); });
    each('[data-after]', function (item) { item.hidden = false; });
    each('[data-start-again]', function (again) { again.action = clear; });
    window.history.replaceState(null, '', '/ask/' + id);
    box.value = '';
    var turn = list().lastElementChild;
    turn.focus({ preventScroll: true });
    turn.scrollIntoView();
    busy = false;
    form.removeAttribute('aria-busy');
    return turn;
  }

  // Fewer words, or none, where the line stood that kept their place. Nothing else of the turn moves out of reach.
  function settle(turn, html) {
    var line = turn.querySelector('[data-short]');
    if (!line) return;
    if (!html) return line.remove();
    line.innerHTML = html;
    line.removeAttribute('aria-busy');
  }

  form.addEventListener('submit', function (event) {
    if (!box.value.trim()) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    form.setAttribute('aria-busy', 'true');
    var turn;
    fetch(form.action, {
      method: 'POST', body: new URLSearchParams(new FormData(form)), credentials: 'same-origin',
      headers: { 'X-Requested-With': 'fetch' }
    }).then(function (reply) {
      var id = reply.headers.get('x-ask-conversation');
      if (!reply.ok || !id) throw reply;
      var reader = reply.body.getReader();
      var decoder = new TextDecoder();
      var html = '';
      return reader.read().then(function next(piece) {
        html += decoder.decode(piece.value, { stream: !piece.done });
        var parts = html.split(mark);
        if (!turn && (piece.done || parts.length > 1)) turn = show(id, parts[0]);
        if (!piece.done) return reader.read().then(next);
        settle(turn, parts.length > 2 && parts[1].trim());
      });
    }).catch(function () {
      // A question that has its answer is not sent again.
      if (turn) settle(turn);
      else form.submit();
    });
  });
})(window, document);

// A real mail server for tests. It prints one JSON line when it listens and one for each mail it was given:
//   node smtp.mjs [--key FILE --cert FILE]     with both it offers STARTTLS and asks for the user hub, password secret
// What it does depends on the recipient: refused@ and later@ are turned away by name, unwanted@ after the text, and
// after the text of dropped@ the line goes dead without an answer.
import { readFileSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';

const option = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const no = (code, words) => Object.assign(new Error(words), { responseCode: code });
const closed = Boolean(option('--key'));

const server = new SMTPServer({
  ...(closed ? { key: readFileSync(option('--key')), cert: readFileSync(option('--cert')) } : {}),
  hideSTARTTLS: !closed,
  authOptional: !closed,
  disableReverseLookup: true,
  logger: false,
  onAuth({ username, password }, session, done) {
    if (username === 'hub' && password === 'secret') return done(null, { user: username });
    return done(no(535, '5.7.8 Wrong password'));
  },
  onRcptTo({ address }, session, done) {
    if (address.startsWith('refused@')) return done(no(550, '5.1.1 No such mailbox'));
    if (address.startsWith('later@')) return done(no(451, '4.7.1 Try again in a while'));
    return done();
  },
  onData(stream, session, done) {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => {
      const to = session.envelope.rcptTo.map(({ address }) => address);
      say({ from: session.envelope.mailFrom.address, to, secure: session.secure, data: Buffer.concat(parts).toString('utf8') });
      if (to[0].startsWith('dropped@')) {
        for (const connection of server.connections) connection._socket.destroy();
        return undefined;
      }
      if (to[0].startsWith('unwanted@')) return done(no(554, '5.6.0 We do not want this'));
      return done(null, 'taken');
    });
  },
});
server.on('error', () => {});
server.listen(0, '127.0.0.1', () => say({ listening: server.server.address().port }));
// Whoever started it has gone.
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

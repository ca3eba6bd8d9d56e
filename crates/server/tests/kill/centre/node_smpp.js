// A message centre by node-smpp. A test gives it texts and says whether it may deliver, a line each; it delivers them to
// whatever house is bound, those that a bind left without an answer again on the next, and says what becomes of them.
// Each answer is durable in a file of its own before anything follows from it.
const fs = require('fs');
const readline = require('readline');
const smpp = require('smpp');

const [, , historyPath, window] = process.argv;
const LATER = 0x64;

const history = fs.openSync(historyPath, 'a');
const binds = new Set();
let waiting = [];
let isOpen = false;

const say = (...words) => console.log(words.join(' '));
const keep = (line) => {
  fs.writeSync(history, JSON.stringify(line) + '\n');
  fs.fdatasyncSync(history);
};

// The same bytes each time that a text is delivered.
const message = (text) => ({
  source_addr_ton: 1, source_addr_npi: 1, source_addr: '12025550199',
  dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: text.number.replace(/\D/g, ''),
  short_message: text.said,
});

const deliver = () => {
  for (const bind of binds) {
    while (isOpen && bind.isBound && bind.sent.size < window && waiting.length > 0) {
      const text = waiting.shift();
      bind.sent.add(text);
      say('asked');
      // Where the socket is closed already, the end of the bind takes the text back.
      bind.session.deliver_sm(message(text), (answer) => answered(bind, text, answer.command_status));
    }
  }
};

const answered = (bind, text, status) => {
  if (!bind.sent.delete(text)) throw new Error(`${text.key} was answered on a bind that had ended`);
  if (status !== 0 && status !== LATER) throw new Error(`${text.key} got status ${status}`);
  keep({ Answered: { key: text.key, answer: { status: status === 0 ? 200 : 503, body: '' } } });
  if (status === LATER) waiting.push(text);
  say(status === 0 ? 'kept' : 'later');
  deliver();
};

const server = smpp.createServer({}, (session) => {
  const bind = { session, sent: new Set(), isBound: false };
  binds.add(bind);
  say('binds', binds.size);
  session.on('error', () => {});
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('bind_receiver', (pdu) => {
    session.send(pdu.response({ system_id: 'NODE' }));
    bind.isBound = true;
    deliver();
  });
  session.on('unbind', (pdu) => {
    bind.isBound = false;
    session.send(pdu.response());
  });
  session.on('close', () => {
    for (const text of bind.sent) {
      keep({ Unanswered: { key: text.key, broken: 'Closed' } });
      say('unanswered');
    }
    waiting = [...bind.sent, ...waiting];
    bind.sent.clear();
    binds.delete(bind);
    say('binds', binds.size);
    deliver();
  });
});
server.listen(0, '127.0.0.1', () => say('listening', server.address().port));

readline.createInterface({ input: process.stdin })
  .on('line', (line) => {
    const told = JSON.parse(line);
    if (told.text) waiting.push(told.text);
    else isOpen = told.is_open;
    deliver();
  })
  // The test is over, however it ended.
  .on('close', () => process.exit(0));

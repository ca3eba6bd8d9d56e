// A message centre by node-smpp. It tells what a house bound to it must take, writes a line for each answer, asks
// whether the house is there, and tells one message again after it threw the house out.
const smpp = require('smpp');

const to = { dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '12025550147' };
const from = (source_addr, more) => ({ ...to, source_addr_ton: 1, source_addr_npi: 1, source_addr, ...more });
const parts = (texts, part) => texts.map((text, place) => part(text, place + 1, texts.length));

const messages = [
  from('22395', { source_addr_ton: 3, short_message: 'G-123456 is your Google verification code.' }),
  from('ACME', { source_addr_ton: 5, short_message: 'Code {[~]} 12€|^\\ 998877' }),
  from('13125550100', { short_message: 'Code 445566 😀 验证码' }),
  ...parts(['Your code is 12', '34', '56, do not share'], (text, seq, total) => from('13125550101', {
    esm_class: 0x40, data_coding: 0, short_message: { udh: Buffer.from([5, 0, 3, 0x7b, total, seq]), message: text },
  })).reverse(),
  ...parts(['Top half 77', '8899 bottom'], (text, seq, total) => from('13125550102', {
    esm_class: 0x40, data_coding: 8, short_message: { udh: Buffer.from([6, 8, 4, 0xab, 0xcd, total, seq]), message: text },
  })),
  ...parts(['SAR one 10', '20 SAR two'], (text, seq, total) => from('13125550103', {
    sar_msg_ref_num: 777, sar_total_segments: total, sar_segment_seqnum: seq, short_message: text,
  })),
  from('13125550104', { short_message: '', message_payload: { message: 'P'.repeat(300) + ' 314159' } }),
  from('13125550105', { short_message: '', message_payload: Buffer.alloc(5000, 0x41) }),
];
const again = from('13125550106', { short_message: 'told again 271828' });

let binds = 0;
const server = smpp.createServer({}, (session) => {
  session.on('error', () => {});
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  const tell = (message, then) => session.deliver_sm({ ...message }, (answer) => {
    console.log(`answer ${answer.command_status}`);
    then();
  });
  const bound = (pdu) => {
    console.log(`bound ${pdu.system_id} ${pdu.command}`);
    session.send(pdu.response({ system_id: 'NODE', sc_interface_version: 0x34 }));
    binds += 1;
    if (binds > 1) return tell(again, () => console.log('done'));
    const next = (place) => {
      if (place < messages.length) return tell(messages[place], () => next(place + 1));
      session.enquire_link({}, () => {
        console.log('there');
        tell(again, () => session.socket.destroy());
      });
    };
    next(0);
  };
  session.on('bind_receiver', bound);
  session.on('bind_transceiver', bound);
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));

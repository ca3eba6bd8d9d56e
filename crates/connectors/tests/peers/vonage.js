// A push as Vonage's Messages API makes it: the body on one line, its token on the next. The token is held against
// Vonage's own library before it is told.
const { createHash } = require('node:crypto');
const { sign } = require('jsonwebtoken');
const { verifySignature } = require('@vonage/jwt');

const [, , secret, now] = process.argv;
const body = JSON.stringify({
  channel: 'sms',
  message_uuid: 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab',
  to: '12025550147',
  from: '22395',
  timestamp: '2026-05-22T14:29:58Z',
  message_type: 'text',
  text: 'G-123456 = 验证码 😀',
  sms: { num_messages: '1', keyword: 'G-123456' },
});
const claims = {
  iat: Number(now),
  jti: 'c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5',
  iss: 'Vonage',
  payload_hash: createHash('sha256').update(body).digest('hex'),
  api_key: 'abcd1234',
};
const token = sign(claims, secret, { algorithm: 'HS256' });
if (!verifySignature(token, secret)) throw new Error('no token of Vonage');
console.log(body);
console.log(token);

// What is needed of a mongod to be downloaded, started, asked and stopped, where a real one cannot be had: its options,
// its wire protocol, and SCRAM-SHA-256 (RFC 5802) for `--auth`. It stores nothing but users.
// AQUASURF_STAND_IN=refuses: ends with an error as mongod writes it.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Binary, BSON } from 'mongodb';

const options = parseArgs({
  options: {
    ...Object.fromEntries(['version', 'auth', 'nounixsocket'].map((name) => [name, { type: 'boolean' }])),
    ...Object.fromEntries(
      ['dbpath', 'port', 'bind_ip', 'unixSocketPrefix', 'storageEngine'].map((name) => [name, { type: 'string' }]),
    ),
  },
}).values;

if (options.version) {
  console.log('db version v8.0.17\nBuild Info: {}');
  process.exit(0);
}
const say = (severity, msg, attr) => console.log(JSON.stringify({ s: severity, c: 'CONTROL', msg, attr }));
say('I', 'MongoDB starting', { dbPath: options.dbpath });
if (process.env.AQUASURF_STAND_IN === 'refuses') {
  say('E', 'DBException in initAndListen, terminating', { error: 'Location28596: no space left on device' });
  say('I', 'Shutting down', { exitCode: 100 });
  process.exit(100);
}

const usersFile = join(options.dbpath, 'users.json');
const users = existsSync(usersFile) ? JSON.parse(readFileSync(usersFile, 'utf8')) : {};
writeFileSync(join(options.dbpath, 'WiredTiger'), '');

const UNAUTHORIZED = { ok: 0, code: 13, codeName: 'Unauthorized', errmsg: 'requires authentication' };
const NOT_AUTHENTICATED = { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed.' };
const hello = {
  ok: 1,
  ...{ helloOk: true, isWritablePrimary: true, ismaster: true, minWireVersion: 0, maxWireVersion: 25 },
  ...{ maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 },
};

const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const ITERATIONS = 4096;

function setUser(name, password) {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  users[name] = {
    salt: salt.toString('base64'),
    stored: sha256(hmac(salted, 'Client Key')).toString('base64'),
    server: hmac(salted, 'Server Key').toString('base64'),
  };
  writeFileSync(usersFile, JSON.stringify(users));
  return { ok: 1 };
}

function answer(command, connection) {
  const [name] = Object.keys(command);
  const payload = () => command.payload.toString('utf8');
  const sasl = (text, done) => ({ ok: 1, conversationId: 1, done, payload: new Binary(Buffer.from(text)) });
  switch (name) {
    case 'hello':
    case 'ismaster':
    case 'isMaster':
      return { ...hello, ...(command.saslSupportedMechs && { saslSupportedMechs: ['SCRAM-SHA-256'] }) };
    case 'ping':
    case 'endSessions':
      return { ok: 1 };
    case 'saslStart': {
      const first = payload().slice('n,,'.length);
      const [, user, nonce] = /^n=(.*),r=(.*)$/.exec(first);
      if (!users[user]) return NOT_AUTHENTICATED;
      const reply = `r=${nonce}${randomBytes(12).toString('base64')},s=${users[user].salt},i=${ITERATIONS}`;
      connection.scram = { user, said: `${first},${reply}` };
      return sasl(reply, false);
    }
    case 'saslContinue': {
      const [, final, proof] = /^(.*),p=(.*)$/.exec(payload());
      const { stored, server } = users[connection.scram.user];
      const message = `${connection.scram.said},${final}`;
      const signature = hmac(Buffer.from(stored, 'base64'), message);
      const key = Buffer.from(proof, 'base64').map((byte, index) => byte ^ signature[index]);
      if (sha256(key).toString('base64') !== stored) return NOT_AUTHENTICATED;
      connection.user = connection.scram.user;
      return sasl(`v=${hmac(Buffer.from(server, 'base64'), message).toString('base64')}`, true);
    }
  }
  if (options.auth && !connection.user) return UNAUTHORIZED;
  switch (name) {
    case 'listCollections':
      return { ok: 1, cursor: { id: 0n, ns: `${command.$db}.$cmd.listCollections`, firstBatch: [] } };
    case 'usersInfo':
      return { ok: 1, users: users[command.usersInfo] ? [{ user: command.usersInfo }] : [] };
    case 'createUser':
    case 'updateUser':
      return setUser(command[name], command.pwd);
    default:
      return { ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: `no such command: '${name}'` };
  }
}

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

/** One message of the wire protocol; the handshake comes as OP_QUERY. */
function reply(message, connection) {
  const [id, opcode] = [message.readInt32LE(4), message.readInt32LE(12)];
  const start = opcode === OP_QUERY ? message.indexOf(0, 20) + 1 + 8 : 21;
  const length = message.readInt32LE(start);
  const body = BSON.serialize(answer(BSON.deserialize(message.subarray(start, start + length)), connection));
  const head = Buffer.alloc(opcode === OP_QUERY ? 36 : 21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(id, 8);
  head.writeInt32LE(opcode === OP_QUERY ? OP_REPLY : OP_MSG, 12);
  if (opcode === OP_QUERY) head.writeInt32LE(1, 32);
  return Buffer.concat([head, body]);
}

const server = createServer((socket) => {
  const connection = {};
  let received = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (data) => {
    received = Buffer.concat([received, data]);
    while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
      const message = received.subarray(0, received.readInt32LE(0));
      received = received.subarray(message.length);
      socket.write(reply(message, connection));
    }
  });
});
if (options.bind_ip.startsWith('/')) server.listen(options.bind_ip);
else server.listen(Number(options.port), options.bind_ip);

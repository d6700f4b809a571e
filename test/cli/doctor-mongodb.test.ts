import { type AddressInfo, connect, createServer } from 'node:net';
import { BSON, MongoClient } from 'mongodb';
import { expect, it, onTestFinished } from 'vitest';
import { checkMongodb } from '../../src/cli/doctor/mongodb-check.js';
import { freshConfig } from '../services/service-users.js';
import { testServices } from '../support/services.js';

it('doctor tries a write on the database, and leaves nothing there', async () => {
  const { mongodbUri, drop } = testServices();
  onTestFinished(drop);
  expect(await checkMongodb(freshConfig({ mongodbUri }))).toMatchObject({ status: 'ok' });
  const client = new MongoClient(mongodbUri);
  onTestFinished(() => client.close());
  expect(await client.db().listCollections().toArray()).toEqual([]);
});

/** OP_MSG: header of 16 bytes, flags of 4, kind of section, document whose first key is the command. */
const isInsert = (message: Buffer) => message.subarray(26, 33).toString('latin1') === 'insert\0';

/** As MongoDB answers a user who lacks the role. */
function unauthorized(message: Buffer): Buffer {
  const refusal = { ok: 0, code: 13, codeName: 'Unauthorized', errmsg: 'not authorized on some to execute command' };
  const body = BSON.serialize(refusal);
  const head = Buffer.alloc(21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(message.readInt32LE(4), 8);
  head.writeInt32LE(2013, 12);
  return Buffer.concat([head, body]);
}

// FerretDB of the tests lets nobody make users (its own is no superuser): the refusal alone is made up.
it('doctor says of a user who may only read that no write is taken', async () => {
  const { mongodbUri, drop } = testServices();
  onTestFinished(drop);
  const uri = new URL(mongodbUri);
  const { hostname, port } = uri;
  const server = createServer((socket) => {
    const real = connect(Number(port), hostname);
    real.on('data', (data) => socket.write(data)).on('error', () => {});
    socket.on('data', (data) => (isInsert(data) ? socket.write(unauthorized(data)) : real.write(data)));
    socket.on('close', () => real.destroy()).on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  uri.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await checkMongodb(freshConfig({ mongodbUri: uri.href }))).toMatchObject({
    status: 'fail',
    found: expect.stringMatching(/it takes no writes: not authorized on some/),
    mend: expect.stringContaining('the role readWrite on database test-'),
  });
});

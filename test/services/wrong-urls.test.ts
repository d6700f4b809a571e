import { randomBytes } from 'node:crypto';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { locateService } from '../../src/cli/servers/locate-service.js';
import { openPipeline } from '../../src/open-pipeline.js';
import { mongodb } from '../../src/services/mongodb-server.js';
import { redis } from '../../src/services/redis-server.js';
import { findServices } from '../../src/services/services.js';
import { databaseOf } from '../../src/store/mongo/mongodb-uri.js';
import { useCli } from '../cli/run-cli.js';
import { freshConfig } from './service-users.js';

describe('the address of a Redis', () => {
  it.each([
    ['redis://h/abc', /database "abc".*expected a number/],
    ['redis://h/1/2', /database "1\/2"/],
    ['redis://h/1/', /database "1\/"/],
    ['redis://h/-1', /database "-1"/],
    ['redis://h/01', /database "01"/],
    ['redis://h/1.0', /database/],
    ['redis://h/%31', /database/],
    ['redis://h:0', /port 0/],
    ['redis://h:65536', /no URL/],
    ['redis://h:6379#1', /fragment/],
    ['redis://:pass#word@h', /no URL|fragment/],
    ['redis://h?db=2', /parameter "db"/],
    ['redis://h/1?tls=true', /parameter "tls"/],
    ['redis://h?toString=1', /parameter "toString"/],
    ['redis://h?family=5', /family/],
    ['redis://:100%@h', /"%"/],
    ['REDISS://h', /begin with/],
    ['redis:///3', /no host|no URL/],
    ['redis://h\n', /line break/],
    ['redis://h /3', /space/],
  ])('%s is refused', (url, reason) => {
    expect(redis.fault(url)).toMatch(reason);
  });

  it.each([
    'redis://h',
    'redis://h/',
    'redis://h:6379/0',
    'rediss://user:p%23w%25@h:6380/15',
    'redis://[::1]:6379/1',
    'redis://h?family=0',
  ])('%s is right', (url) => {
    expect(redis.fault(url)).toBeUndefined();
  });
});

describe('the address of a MongoDB', () => {
  it.each([
    ['mongodb://h:0/x', /port/],
    ['mongodb://h:65536/x', /parse h:65536/],
    ['mongodb://a,b:0/x', /port/],
    ['mongodb://a,,b/x', /host without a name/],
    ['mongodb://h/a/b', /database "a\/b"/],
    ['mongodb://h/a%2Fb', /database "a\/b"/],
    ['mongodb://h/x/', /database "x\/"/],
    ['mongodb://h/x&tls=true', /database "x&tls=true"/],
    ['mongodb://h/my%20own', /database "my own"/],
    ['mongodb://h/a%zz', /no address/],
    [`mongodb://h/${'é'.repeat(32)}`, /63 bytes/],
    ['mongodb://h/x#y', /fragment/],
    ['mongodb://h/x?retryWrits=true', /option retrywrits is not supported/i],
    ['mongodb://h/x?tls=yes', /tls/],
    ['mongodb://h/x?tls=', /no value/],
    ['mongodb://h/x?maxPoolSize=5x', /maxPoolSize=5x/],
    ['mongodb://h/x?connectTimeoutMS=1.5', /connectTimeoutMS=1\.5/],
    ['mongodb://h/x?w=majority&W=1', /twice/],
    ['mongodb://h/x?dbName=y', /option "dbName"/],
    ['mongodb://h/x?timeoutMS=1', /option "timeoutMS"/],
    ['mongodb+srv://h:27017/x', /port/],
    ['mongodb+srv://a.b.c,d.e.f/x', /multiple/],
    ['mongodb://h/x\n', /line break/],
  ])('%s is refused', (uri, reason) => {
    expect(mongodb.fault(uri)).toMatch(reason);
  });

  it('is refused without the password', () => {
    for (const uri of ['mongodb://u:s3cret@x@h/y', 'mongodb://u:s3/cret@h', 'mongodb://s3/cret@h/y']) {
      expect(mongodb.fault(uri)).toBeDefined();
      expect(mongodb.fault(uri)).not.toContain('cret');
    }
  });

  it.each([
    ['mongodb://h', 'aquasurf'],
    ['mongodb://h/', 'aquasurf'],
    ['mongodb://h?replicaSet=r', 'aquasurf'],
    ['mongodb://h/?replicaSet=r', 'aquasurf'],
    ['mongodb://h/mine', 'mine'],
    ['mongodb://h/test', 'test'],
    ['mongodb://h/my%2Downs', 'my-owns'],
    ['mongodb://h/%C3%A9t%C3%A9', 'été'],
    ['mongodb://u:p%2Fq@a:1,b:2/mine?authSource=admin&appName=a%2Fb', 'mine'],
    ['mongodb://a:1,b:2?replicaSet=r', 'aquasurf'],
    ['mongodb+srv://u:p@cluster.example.net/mine?retryWrites=true&w=majority', 'mine'],
    ['mongodb+srv://u:p@cluster.example.net?w=majority', 'aquasurf'],
    ['mongodb://%2Ftmp%2Fmongodb-27017.sock/mine', 'mine'],
  ])('%s names the database %s', (uri, name) => {
    expect(mongodb.fault(uri)).toBeUndefined();
    expect(databaseOf(uri)).toBe(name);
  });
});

it('the database and the prefix of its queues come from one reading of the URI', async () => {
  const name = `test-${randomBytes(6).toString('hex')}`;
  const uri = new URL(inject('mongodbUri'));
  uri.pathname = `/${name.replace('-', '%2D')}`;
  const pipeline = await openPipeline({ redisUrl: inject('redisUrl'), mongodbUri: uri.href });
  onTestFinished(async () => {
    await pipeline.store.client.db(name).dropDatabase();
    await pipeline.close();
  });
  expect(pipeline.store.database).toBe(name);
  expect(pipeline.queues.address.prefix).toBe(`aquasurf-${name}`);
});

describe('a database of Redis that the server does not have', () => {
  const redisUrl = () => `${new URL('/99', inject('redisUrl')).href}`;

  it('is an error, and doctor names it', async () => {
    const config = freshConfig({ redisUrl: redisUrl(), mongodbUri: inject('mongodbUri') });
    await expect(findServices(config, { start: false, localhost: false, notify: () => {} })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringMatching(/\/99 \(from REDIS_URL\) does not have the database.*out of range/),
    });
    expect(await locateService(redis, config)).toMatchObject({ answer: { usable: false } });
  });
});

describe('a command with a wrong address', () => {
  const { runWith } = useCli({});

  it.each([
    [
      { REDIS_URL: 'redis://127.0.0.1:1/abc', MONGODB_URI: 'mongodb://127.0.0.1:1' },
      /REDIS_URL\) names the database "abc"/,
    ],
    [
      { REDIS_URL: 'redis://127.0.0.1:1', MONGODB_URI: 'mongodb://127.0.0.1:1/x?foo=1' },
      /MONGODB_URI\) .*foo is not supp/,
    ],
  ])('says what is wrong in one line, with exit code 2', async (env, message) => {
    const { code, stderr } = await runWith(env, 'study', 'list');
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(message)]);
    expect(code).toBe(2);
  });
});

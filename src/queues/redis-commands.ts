import type { Redis } from 'ioredis';
import { isForbidden } from './redis-connection.js';

/** With the fewest arguments that they take; `KEY` stands for a key. */
const COMMANDS = [
  ...['EVAL return 0', 'EVALSHA 0 0', 'TIME', 'EXISTS KEY', 'TYPE KEY', 'DEL KEY', 'UNLINK KEY', 'PTTL KEY'],
  ...['PEXPIRE KEY 1', 'PEXPIREAT KEY 1', 'PERSIST KEY', 'GET KEY', 'SET KEY 0', 'INCR KEY'],
  ...['HGET KEY f', 'HMGET KEY f', 'HGETALL KEY', 'HEXISTS KEY f', 'HSET KEY f 0', 'HMSET KEY f 0', 'HDEL KEY f'],
  ...['HINCRBY KEY f 1', 'LLEN KEY', 'LRANGE KEY 0 0', 'LPOS KEY m', 'LINDEX KEY 0', 'LPUSH KEY m', 'RPUSH KEY m'],
  ...['LREM KEY 0 m', 'LTRIM KEY 0 0', 'RPOP KEY', 'RPOPLPUSH KEY KEY', 'SADD KEY m', 'SREM KEY m', 'SCARD KEY'],
  ...['SMEMBERS KEY', 'ZADD KEY 0 m', 'ZREM KEY m', 'ZCARD KEY', 'ZCOUNT KEY 0 0', 'ZSCORE KEY m', 'ZRANGE KEY 0 0'],
  ...['ZRANGEBYSCORE KEY 0 0', 'ZREVRANGE KEY 0 0', 'ZREVRANGEBYSCORE KEY 0 0', 'ZRANGEBYLEX KEY - +', 'ZPOPMIN KEY'],
  ...['ZREMRANGEBYSCORE KEY 0 0', 'BZPOPMIN KEY 0', 'XADD KEY * f 0', 'XTRIM KEY MAXLEN 0', 'XLEN KEY'],
];
/** What the program goes on without. */
const HINTS = ['INFO', 'CLIENT LIST'];

/** Commands that a user may not use, in the order of the table; those of `hints` are not needed. */
export interface LackingCommands {
  needed: string[];
  hints: string[];
}

/**
 * Which of the commands of queues and jobs this user lacks. They are sent within a transaction that is dropped, where Redis
 * checks them and runs none.
 * @param prefix of the queues' keys: a user may be held to some
 */
export async function lackingCommands(client: Redis, prefix: string): Promise<LackingCommands> {
  const may = async (command: string): Promise<boolean> => {
    const [name = '', ...rest] = command.split(' ');
    const argumentsOf = name.startsWith('EVAL') ? [rest.join(' '), '0'] : rest;
    const sent = argumentsOf.map((argument) => (argument === 'KEY' ? `${prefix}:doctor` : argument));
    return client.call(name, ...sent).then(
      () => true,
      (error) => !isForbidden(error),
    );
  };
  const inTurn = async (commands: readonly string[]) => {
    const lacking: string[] = [];
    for (const command of commands) if (!(await may(command))) lacking.push(nameOf(command));
    return lacking;
  };
  if (!(await may('MULTI'))) return { needed: ['MULTI'], hints: [] };
  try {
    return { needed: await inTurn(COMMANDS), hints: await inTurn(HINTS) };
  } finally {
    await client.call('DISCARD').catch(() => {});
  }
}

const nameOf = (command: string): string => (HINTS.includes(command) ? command : command.split(' ', 1).join());

import type { Db } from 'mongodb';

/**
 * The time of the database: what leases are measured by, so that workers whose clocks differ agree. Read through $$NOW,
 * the clock that writes the leases, and not from `hello`, which a gateway answers by its own.
 */
export async function databaseNow(database: Db): Promise<Date> {
  const [answer] = await database
    .aggregate<{ now: Date }>([{ $documents: [{}] }, { $project: { now: '$$NOW' } }])
    .toArray();
  if (!answer) throw new Error('the database did not tell its time');
  return answer.now;
}

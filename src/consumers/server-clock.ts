/** Between two looks at the server's clock, in milliseconds: ours may be set at any time. */
const LOOK_EVERY = 15_000;
/** Clocks that differ by less agree, in milliseconds. */
const TOLERANCE = 250;
/** The first look holds up the start for so long at most, in milliseconds. */
const FIRST_LOOK = 5000;

/**
 * Sets `Date.now` of this process by the clock of Redis. BullMQ times jobs by it, delays and what is due alike, and takes
 * no other clock: a worker whose clock is ahead would park a job for all others and find theirs due at once, and one that
 * is behind would let them lie. In a consumer process nothing runs but our own code; the machine's clock stays as it is.
 * @param serverNow asks the server, in milliseconds since 1970
 * @returns ends the looking
 */
export async function keepServerTime(serverNow: () => Promise<number>): Promise<() => void> {
  const machineNow = Date.now;
  let offset = 0;
  Date.now = () => machineNow() + offset;
  const look = async () => {
    const [asked, began] = [machineNow(), performance.now()];
    const server = await serverNow();
    const difference = Math.round(server - asked - (performance.now() - began) / 2);
    if (Math.abs(difference - offset) > TOLERANCE) offset = difference;
  };
  // A Redis that is away is waited for elsewhere.
  const quietly = () => look().catch(() => {});
  await Promise.race([quietly(), new Promise((resolve) => setTimeout(resolve, FIRST_LOOK).unref())]);
  const timer = setInterval(quietly, LOOK_EVERY);
  return () => {
    clearInterval(timer);
    Date.now = machineNow;
  };
}

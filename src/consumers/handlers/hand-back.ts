/** Thrown by a handler: the job goes back to its queue, without using up an attempt, and is due after `delayMs`. */
export class HandBack extends Error {
  constructor(
    readonly reason: string,
    readonly delayMs: number,
  ) {
    super(reason);
  }
}

/** For work that is not begun any more. */
export const STOPPING = new HandBack('the consumer stops', 0);

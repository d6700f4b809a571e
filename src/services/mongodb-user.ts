/** The user of a MongoDB of our own; it has no other. */
export const OUR_USER = 'aquasurf';

export const mongodbUrl = (port: number, password?: string): string =>
  `mongodb://${password ? `${OUR_USER}:${password}@` : ''}127.0.0.1:${port}`;

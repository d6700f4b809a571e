import { type Db, MongoClient, type MongoClientOptions } from 'mongodb';
import { AquasurfError } from '../errors.js';
import { shownUrl } from '../shown-url.js';
import { Damage } from './damage.js';
import { Functions } from './functions/functions.js';
import { Spaces } from './functions/spaces.js';
import { databaseNow } from './mongo/database-clock.js';
import { createIndexes } from './mongo/indexes.js';
import { databaseOf, hasOption, mongodbUriFault } from './mongo/mongodb-uri.js';
import { retryUpsert } from './mongo/retry.js';
import { Components } from './planes/components.js';
import { Embeddings } from './planes/embeddings.js';
import { Planes } from './planes/planes.js';
import { StageFailures } from './stage-failures.js';
import { Studies } from './studies.js';
import { ImportResults } from './trials/import-results.js';
import { Retrainings } from './trials/retrainings.js';
import { Runs } from './trials/runs.js';
import { TrialFisher } from './trials/trial-fisher.js';
import { TrialLeases } from './trials/trial-leases.js';
import { TrialResults } from './trials/trial-results.js';
import { Trials } from './trials/trials.js';

/** What is true about studies and functions. Redis may be lost at any time; this may not. */
export class Store {
  /** What is malformed and was left out. */
  readonly damage: Damage;
  readonly studies: Studies;
  readonly spaces: Spaces;
  readonly functions: Functions;
  readonly trials: Trials;
  readonly leases: TrialLeases;
  readonly results: TrialResults;
  readonly fisher: TrialFisher;
  readonly runs: Runs;
  readonly retrainings: Retrainings;
  readonly imports: ImportResults;
  readonly failures: StageFailures;
  readonly embeddings: Embeddings;
  readonly components: Components;
  /** The embeddings that searches of this process read. */
  readonly planes: Planes;
  /** Name of the database. */
  readonly database: string;

  constructor(
    readonly client: MongoClient,
    private readonly db: Db,
  ) {
    this.database = db.databaseName;
    this.damage = new Damage(db);
    this.studies = new Studies(db);
    this.spaces = new Spaces(db, this.damage);
    this.functions = new Functions(db, this.damage);
    this.trials = new Trials(db, this.damage);
    this.leases = new TrialLeases(db);
    this.runs = new Runs(db, this.damage);
    this.results = new TrialResults(db, this.trials, this.runs, this.damage);
    this.fisher = new TrialFisher(db, this.damage);
    this.retrainings = new Retrainings(db, this.damage);
    this.imports = new ImportResults(db, this.runs);
    this.failures = new StageFailures(db);
    this.embeddings = new Embeddings(db, this.damage);
    this.components = new Components(db, this.damage);
    this.planes = new Planes(this.embeddings, this.components);
  }

  /** The server's name and version, e.g. `MongoDB 8.0.4` or `FerretDB v2.7.0 (MongoDB 7.0.77)`. */
  async ping(): Promise<string> {
    const { version, ferretdb } = await this.db.command({ buildInfo: 1 });
    return ferretdb ? `FerretDB ${ferretdb.version} (MongoDB ${version})` : `MongoDB ${version}`;
  }

  /** The database's clock, by which leases run. */
  now(): Promise<Date> {
    return databaseNow(this.db);
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

export interface StoreOptions {
  /** `mongodb://host:port/database`; without a database it is `aquasurf`. */
  uri: string;
  /**
   * Milliseconds to look for a server that answers.
   * @defaultValue 5000
   */
  timeoutMs?: number;
  /** Further options of the driver, e.g. for monitoring. */
  client?: MongoClientOptions;
}

/**
 * Connects and makes the indexes that are missing.
 * @throws AquasurfError CONFIG_INVALID for a malformed URI, SERVICE_UNAVAILABLE where no database answers (or refuses us)
 */
export async function openStore({ uri, timeoutMs = 5000, client: options }: StoreOptions): Promise<Store> {
  const fault = mongodbUriFault(uri);
  if (fault !== undefined) throw new AquasurfError('CONFIG_INVALID', `MongoDB at ${shownUrl(uri)} ${fault}`);
  const patience = hasOption(uri, 'serverSelectionTimeoutMS') ? {} : { serverSelectionTimeoutMS: timeoutMs };
  const client = new MongoClient(uri, { ...patience, ignoreUndefined: true, ...options });
  try {
    await client.connect();
    const db = client.db(databaseOf(uri));
    // Several processes that open a new database at once get into each other's way.
    await retryUpsert(() => createIndexes(db));
    return new Store(client, db);
  } catch (error) {
    await client.close().catch(() => {});
    throw new AquasurfError(
      'SERVICE_UNAVAILABLE',
      `MongoDB at ${shownUrl(uri)} cannot be used: ${error instanceof Error ? error.message : String(error)}; ` +
        'check MONGODB_URI and that the server runs',
      { cause: error },
    );
  }
}

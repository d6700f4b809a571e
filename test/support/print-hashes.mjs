/** Prints this version of Node and the canonical hashes, as JSON, of the functions whose names come as a JSON list on stdin: run by other versions of Node. */
import { text } from 'node:stream/consumers';
import { canonicalHash } from '../../dist/domain/features/canonical-hash.js';
import { outputFeatures } from '../../dist/domain/features/output-features.js';

const names = JSON.parse(await text(process.stdin));
const hashes = names.map((name) => canonicalHash(outputFeatures(name)));
process.stdout.write(JSON.stringify({ version: process.version, hashes }));

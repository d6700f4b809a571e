import { symmetricEigenvalues } from './symmetric-eigenvalues.js';

/** What a thread of `EigenvaluePool` does. */
export default ({ matrix, n }: { matrix: Float64Array; n: number }): Float64Array => symmetricEigenvalues(matrix, n);

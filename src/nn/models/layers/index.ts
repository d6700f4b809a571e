import type { Tf } from '../../../domain/operators/types.js';
import { channelSlice } from './channel-slice.js';
import { evenSize } from './even-size.js';
import { exampleNormalization } from './example-normalization.js';
import { separableAttention } from './separable-attention.js';
import { zeroPaddedShortcut } from './zero-padded-shortcut.js';

export { channelSlice, evenSize, exampleNormalization, separableAttention, zeroPaddedShortcut };

/** Makes saved models loadable that hold these layers. */
export function registerModelLayers(tf: Tf): void {
  for (const register of [channelSlice, evenSize, exampleNormalization, separableAttention, zeroPaddedShortcut]) {
    register(tf);
  }
}

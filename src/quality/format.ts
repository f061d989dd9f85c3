/** A share in words: 38 %, 0.4 %. */
export const percent = (share: number): string =>
  `${(100 * share).toFixed(share >= 0.1 || share === 0 ? 0 : 1)} %`;

/** The day of a moment: 2011-06-03. */
export const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** A factor in words: 2.1 times. */
export const times = (factor: number): string =>
  `${factor >= 9.5 ? Math.round(factor) : factor >= 0.095 ? factor.toFixed(1) : factor.toPrecision(1)} times`;

/** A thing whose functions answer from elsewhere: the same one, but that each answer has to be waited for. */
export type Asked<T> = {
  [K in keyof T]: T[K] extends (...given: infer Given) => infer Answer
    ? (...given: Given) => Promise<Awaited<Answer>>
    : T[K];
};

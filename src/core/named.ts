/**
 * Adds a thing of a kind that is told apart by names. The same once more changes nothing: several services of one program
 * may read the same file.
 * @throws {RangeError} another has its name
 */
export function addNamed<T extends { readonly name: string }>(all: T[], one: T): void {
  const same = all.find(({ name }) => name === one.name);
  if (same === one) return;
  if (same !== undefined) throw new RangeError(`another has the name "${one.name}"`);
  all.push(one);
}

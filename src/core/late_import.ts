/**
 * Loads a module when it is needed. Of an import that is written down Deno reads the module, and all that it imports, as
 * soon as the program starts, whether or not it comes to that; a command that loads everything takes a second to say its
 * own help.
 * @param address from `import.meta.resolve()`
 */
export const lateImport = <Module>(address: string): Promise<Module> => import(address) as Promise<Module>;

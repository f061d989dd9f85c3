/** What a search of the dashboard found, as `/find` answers it. */
export interface Found {
  /** Page, Help, Model, Version, Cycle or Setting */
  kind: string;
  name: string;
  about: string;
  path: string;
}

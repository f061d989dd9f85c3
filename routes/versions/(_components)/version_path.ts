/** The page of one version. */
export const versionPath = ({ model, version }: { model: string; version: number }): string =>
  `/versions/${encodeURIComponent(model)}/${version}`;

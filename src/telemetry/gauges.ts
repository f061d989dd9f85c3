import { Gauge, type Registry } from "prom-client";

/** A number as it is now, with its labels. */
export interface Sample {
  labels?: Readonly<Record<string, string>>;
  value: number;
}

/** A gauge that is set anew at every scrape. */
export interface Reading {
  name: string;
  help: string;
  samples: readonly Sample[];
}

/** Puts readings into a registry, in place of those of the scrape before. */
export function setGauges(registry: Registry, readings: readonly Reading[]): void {
  for (const { name, help, samples } of readings) {
    const labelNames = [...new Set(samples.flatMap(({ labels }) => Object.keys(labels ?? {})))];
    registry.removeSingleMetric(name);
    const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
    for (const { labels, value } of samples) gauge.set({ ...labels }, value);
  }
}

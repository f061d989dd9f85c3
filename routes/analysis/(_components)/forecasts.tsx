import type { Impact } from "../../../src/impact/impact.ts";
import { counted, figure } from "../../../src/format/numbers.ts";
import { moment } from "../../../src/format/times.ts";

/** Forecasts of a training's gain beside what came of it, and by how much they widen the next ones. */
export function Forecasts({ impact: { forecasts, widened } }: { impact: Impact }) {
  if (forecasts.length === 0) return null;
  const within = forecasts.filter(({ isWithin }) => isWithin).length;
  return (
    <table class="records">
      <caption>
        <h3>
          {within} of {counted(forecasts.length, "forecast")} came true{" "}
          <small>
            Loss that a training was forecast to save on the first cut-off that it served, and what it saved.
            {" "}
            {widened > 1
              ? `They were wrong by ${
                figure(widened)
              } times what they allowed for: the next ones are that much wider.`
              : "The next ones are not widened."}
          </small>
        </h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">Check</th>
          <th scope="col">Versions</th>
          <th scope="col">Cut-off</th>
          <th scope="col" class="num">Forecast</th>
          <th scope="col" class="num">Nine of ten</th>
          <th scope="col" class="num">Came</th>
          <th scope="col">Within</th>
        </tr>
      </thead>
      <tbody>
        {forecasts.toReversed().map((forecast) => (
          <tr key={forecast.asOf}>
            <th scope="row">{moment(forecast.asOf, "day")}</th>
            <td data-label="Versions">v{forecast.made} for v{forecast.instead}</td>
            <td data-label="Cut-off">{moment(forecast.cutoff, "day")}</td>
            <td class="num" data-label="Forecast">{figure(forecast.mean)}</td>
            <td class="num" data-label="Nine of ten">{figure(forecast.low)} to {figure(forecast.high)}</td>
            <td class="num" data-label="Came">{figure(forecast.came)}</td>
            <td data-label="Within">{forecast.isWithin ? "yes" : "no"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

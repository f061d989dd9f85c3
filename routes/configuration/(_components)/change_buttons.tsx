import { ActButton, roleFor } from "../../../components/act.tsx";
import type { Person } from "../../../src/dashboard/session.ts";
import { allows } from "../../../src/security/roles.ts";

const BUTTONS_MAX = 4;

/** The ways to change settings: of every model, or of one; of many models one is chosen first. */
export function ChangeButtons({ person, models }: { person: Person; models: readonly string[] }) {
  const isShort = models.length <= BUTTONS_MAX;
  return (
    <>
      <p class="row">
        <ActButton person={person} href="/act/configuration">Change settings</ActButton>
        {isShort &&
          models.map((model) => (
            <ActButton key={model} person={person} href={`/act/configuration?model=${model}`}>
              Override for {model}
            </ActButton>
          ))}
      </p>
      {!isShort && allows(person.role, roleFor("configuration")) && <ModelForm models={models} />}
    </>
  );
}

/** A form, so that it works without JavaScript. */
function ModelForm({ models }: { models: readonly string[] }) {
  return (
    <form class="row" method="get" action="/act/configuration">
      <label for="override">Model</label>
      <select id="override" name="model">
        {models.map((model) => <option key={model} value={model}>{model}</option>)}
      </select>
      <button type="submit">Override its settings</button>
    </form>
  );
}

/** An event that passed `judge`: what is stored. */
export interface AcceptedEvent {
  readonly id: string;
  /** pseudonym of the shopper; null: the event had none */
  readonly userKey: string | null;
  readonly session: string | null;
  /** lower case */
  readonly type: string;
  readonly product: string | null;
  readonly category: string | null;
  readonly country: string | null;
  readonly price: number | null;
  readonly quantity: number | null;
  /** money of the line: price x quantity where none was sent; <= 0 for a return */
  readonly amount: number | null;
  /** further numbers by name, as a shop's own types of events carry them; null, left out: none */
  readonly fields?: Readonly<Record<string, number>> | null;
  /** ms since the epoch */
  readonly atMs: number;
}

-- EVENTS IN. An event row is immutable; its id makes a second delivery count once.
create table events (
  event_id text collate "C" primary key check (length(event_id) between 1 and 200),
  user_key uuid,                 -- pseudonym; null: the event had no user
  session_code integer,          -- stable 32-bit code of the session; null: none was sent
  type text collate "C" not null,
  product text,
  product_code integer,
  category text,
  category_code integer,
  price double precision,
  quantity double precision,
  amount double precision,       -- price x quantity unless sent; <= 0 for a return
  at timestamptz not null,
  received_at timestamptz not null default now()
);
create index events_at on events (at);
-- No index by shopper: user_days says on which days to look, and each index costs a fifth of the ingest rate.

-- What one shopper did on one UTC day (src/features/user_day.ts). Grows in the same statement as events.
create table user_days (
  user_key uuid not null,
  day integer not null,          -- days since 1970-01-01 UTC
  first_at timestamptz not null,
  last_at timestamptz not null,
  last_purchase_at timestamptz,
  sessions integer[] not null,
  order_sessions integer[] not null,
  views integer not null,
  carts integer not null,
  purchases integer not null,
  returns integer not null,
  others integer not null,
  units double precision not null,
  spend double precision not null,
  priced integer not null,       -- purchase lines that carried money
  returned double precision not null,
  products integer[] not null,
  categories integer[] not null,
  viewed integer[] not null,
  primary key (user_key, day)
);
create index user_days_day on user_days (day);

-- Volume per day and type, with and without a user: what the trigger and the quality checks count.
create table day_counts (
  day integer not null,
  type text collate "C" not null,
  events bigint not null,
  anonymous bigint not null,
  priced bigint not null,        -- events with amount > 0: of purchases, whether the shop sends money at all
  first_at timestamptz not null,
  last_at timestamptz not null,
  slot smallint not null,        -- of the connection: batches that come in at once do not queue for one row
  primary key (day, type, slot)
);

-- What could not be accepted, with its reason. The body names its user by pseudonym only.
create table quarantine (
  id bigint generated always as identity primary key,
  event_id text,
  reason text not null,
  field text,
  body jsonb not null,
  source text not null,
  received_at timestamptz not null default now(),
  fingerprint text not null unique   -- the same bad event from the same source is kept once
);

create table imports (
  source_id text primary key,        -- identity of the file: sha256 of its content
  name text not null,
  lines_done bigint not null,        -- up to here it is committed: where an interrupted import goes on
  accepted bigint not null,
  duplicates bigint not null,
  quarantined bigint not null,
  updated_at timestamptz not null default now(),
  finished_at timestamptz
);

-- Both together, sorted, without repetition. The intarray extension that comes with Postgres does it in C, which
-- halves what a batch of live events costs; where it is not installed or not allowed, plain SQL does the same.
do $do$
begin
  create extension if not exists intarray;
  create function int_union(a integer[], b integer[]) returns integer[]
    language sql immutable parallel safe return a | b;
exception when feature_not_supported or undefined_file or insufficient_privilege then
  create function int_union(a integer[], b integer[]) returns integer[] language plpgsql immutable parallel safe as $$
  begin
    if b <@ a then return a; end if;
    return (select array_agg(distinct x order by x) from unnest(a || b) x);
  end $$;
end $do$;

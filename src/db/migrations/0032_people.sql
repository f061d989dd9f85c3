-- Shoppers by a random key. What leads from a shopper's id to it is this table alone: without its row a key is of nobody.
create table people (
  -- keyed hash of the shopper's id: made with the secret once, and once more for each rotation
  hash uuid primary key,
  key uuid not null unique,
  -- how many secrets the hash was made with, one over the other
  layer smallint not null default 1,
  made_at timestamptz not null default now(),
  -- since when the shopper objects to being profiled: scored by the baseline, never trained on
  objected_at timestamptz
);
create index people_objecting on people (key) where objected_at is not null;
create index people_layer on people (layer) where layer > 1;

-- Those that are there keep their pseudonym as their key: it was the keyed hash itself.
insert into people (hash, key)
  select key, key from (
    select user_key as key from user_days
    union select user_key from predictions
    union select (body ->> 'user')::uuid from quarantine
      where body ->> 'user' ~ '^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'
  ) as known;

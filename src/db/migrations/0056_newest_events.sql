-- The newest events of a shopper's day, for features of what a visitor does now: rows of five numbers, as
-- event_numbers() gives them. Null: not kept, as while no model asks for them.
alter table user_days add column newest double precision[];

-- An event as numbers: time in ms since the epoch, kind (EVENT_KINDS in src/features/user_day.ts), codes of session and
-- category, price; NaN where it carries none.
create function event_numbers(at timestamptz, type text, session_code integer, category_code integer,
  price double precision) returns double precision[]
  language sql stable parallel safe
  return array[
    round(date_part('epoch', at) * 1000),
    case type when 'view' then 0 when 'cart' then 1 when 'purchase' then 2 when 'return' then 3 else 4 end,
    coalesce(session_code::double precision, 'NaN'),
    coalesce(category_code::double precision, 'NaN'),
    coalesce(price, 'NaN')];

-- The newest of some events, in an order that follows from what they are and not from how they came in.
create function newest_events(events double precision[], most integer) returns double precision[]
  language sql immutable parallel safe
  return (select array_agg(array[events[i][1], events[i][2], events[i][3], events[i][4], events[i][5]])
    from (select i from generate_subscripts(events, 1) i
      order by events[i][1] desc, events[i][2] desc, events[i][3] desc, events[i][4] desc, events[i][5] desc
      limit most) newest);

-- The newest events of a shopper's day, read from the events. A function, so that a read of days that have theirs is not
-- planned by what the few others would cost.
create function newest_of_day(shopper uuid, of_day integer, from_at timestamptz, to_at timestamptz, most integer)
  returns double precision[]
  language sql stable parallel safe as $$
    select newest_events(array_agg(event_numbers(at, type, session_code, category_code, price)), most) from events
    where user_key = shopper and at >= greatest(from_at, to_timestamp(of_day::double precision * 86400))
      and at < least(to_at, to_timestamp((of_day + 1)::double precision * 86400))
  $$;

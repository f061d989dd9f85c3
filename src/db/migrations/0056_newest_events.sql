-- The newest events of a shopper's day, for features of what a visitor does now: rows of five numbers, see
-- src/db/events/newest_sql.ts. Null: not kept, as while no model asks for them.
alter table user_days add column newest double precision[];

-- The newest of some events, in an order that follows from what they are and not from how they came in.
create function newest_events(events double precision[], most integer) returns double precision[]
  language sql immutable parallel safe
  return (select array_agg(array[events[i][1], events[i][2], events[i][3], events[i][4], events[i][5]])
    from (select i from generate_subscripts(events, 1) i
      order by events[i][1] desc, events[i][2] desc, events[i][3] desc, events[i][4] desc, events[i][5] desc
      limit most) newest);

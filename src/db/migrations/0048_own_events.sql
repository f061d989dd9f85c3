-- Numbers that an event carries beside the fields that every shop has, by name: what features of a shop's own read.
alter table events add column fields jsonb;
-- Events of a shop's own types by shopper: few, so that the others pay nothing for it.
create index events_own on events (user_key, at) where type not in ('view', 'cart', 'purchase', 'return');

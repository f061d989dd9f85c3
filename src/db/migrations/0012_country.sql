-- Where a shopper is, as the event said. Null: it did not, or came in before this column.
alter table events add column country text;

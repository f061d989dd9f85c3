-- Lists of cycles: by the change of the loss without opening the evidence of each; and by an index that holds all that
-- they are filtered and sorted by, so that the wide rows are opened for one page only.
alter table cycles add column loss_change double precision generated always as
  ((evidence -> 'difference' ->> 'mean')::double precision
    / nullif((evidence ->> 'championLoss')::double precision, 0)) stored;
create index cycles_newest on cycles (started_at desc nulls last, id)
  include (model, trigger, outcome, verdict, as_of, ended_at, loss_change);
drop index cycles_started;

-- A rollout that a person paused: its share stays, no step and no promotion comes of a look, and harm still ends it.
alter table rollouts add column paused jsonb;               -- {"at","asOf","until","by","why"}; null: it is not paused
alter table rollouts add column paused_days double precision not null default 0;   -- of pauses that ended

-- How the inputs were distributed at a look, to be drawn beside what it found; null: the look is older than this.
alter table observations add column shapes jsonb;

-- Trying put-aside events again. What passes leaves the quarantine for the events and is remembered here, so that
-- nothing is lost and the same event sent again the same way is not put aside a second time unseen.
alter table quarantine add column first_reason text;        -- null: never tried again
alter table quarantine add column tried_at timestamptz;     -- when it was last tried again, and failed
alter table quarantine add column replayed_at timestamptz;  -- it passed: it is among the events since
alter table quarantine add column replayed_as text;         -- the id it has there
create index quarantine_waiting on quarantine (reason, id) where replayed_at is null;
create index quarantine_received on quarantine (received_at) where replayed_at is null;


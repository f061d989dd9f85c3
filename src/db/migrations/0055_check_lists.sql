-- Lists of checks: all by when they were made, those as of a moment or later, and the one that opened a cycle.
create index checks_newest on checks (checked_at desc);
create index checks_as_of on checks (as_of desc, checked_at desc);
create index checks_cycle on checks (cycle_id) where cycle_id is not null;

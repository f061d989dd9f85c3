-- A check may also answer that what serves is recalibrated: intercept and slope on the newest outcomes.
alter table checks drop constraint checks_answer_check;
alter table checks add constraint checks_answer_check
  check (answer in ('retrain', 'recalibrate', 'wait', 'fix data first', 'cannot tell yet'));

-- Answers come in by the thousand a second. Two narrow indexes that grow at their right end cost them a third of three
-- wide ones; models and versions are filtered out of the time they were asked in.
drop index predictions_model_asof;
drop index predictions_version_asof;
drop index predictions_pending;
create index predictions_asof on predictions (as_of);
create index predictions_due on predictions (as_of) where outcome is null and horizon_days is not null;

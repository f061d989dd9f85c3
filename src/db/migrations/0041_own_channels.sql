-- Alerts are told over channels of the operator's own as well; their names keep to the form of those that Perennial brings.
alter table deliveries drop constraint deliveries_channel_check;
alter table deliveries add constraint deliveries_channel_check check (channel ~ '^[a-z][a-z0-9-]{0,40}$');

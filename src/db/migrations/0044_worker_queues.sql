-- Which kinds of work a worker takes; one of an older release takes all.
alter table workers add column queues text[] not null default '{light,features,training}';

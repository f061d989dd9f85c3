-- Of a model of several classes: the probability of each, in the order of its classes; `prediction` is the place of the
-- likeliest one, and `outcome` of the one that came true. Null: a prediction is one number.
alter table predictions add column probabilities real[];

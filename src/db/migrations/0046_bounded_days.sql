-- One shopper's day keeps at most 1000 codes of each kind (CODES_MAX): rows that were longer become so here.
update user_days set sessions = sessions[1:1000], order_sessions = order_sessions[1:1000],
  products = products[1:1000], categories = categories[1:1000], viewed = viewed[1:1000]
where greatest(cardinality(sessions), cardinality(order_sessions), cardinality(products), cardinality(categories),
  cardinality(viewed)) > 1000;

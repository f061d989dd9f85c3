-- A replay of history is a backtest: its scores are the backtest's steps. What older releases scored is told by the next demo.
drop table replay_scores;

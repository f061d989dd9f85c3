"""RetrainOpt (Yang and Mathioudakis, ECML PKDD 2026), as installed: its exact planner, and its policies Base and Learned.

Its planner reads tables of losses; its policies are taught on the history and asked with what is known. A training takes
all rows: how many to take is not the question here.
"""

import numpy as np
from retrainopt import BaseOnlinePolicy, LearnedOnlinePolicy, PlannerConfig, collect_online_training_data
from retrainopt.core.dp import solve_exact_schedule
from retrainopt.interfaces import ModelAdapter, TimelineDataset
from retrainopt.online import OnlineState
from retrainopt.types import DecisionAction
from views import history, replayed


class Table(TimelineDataset, ModelAdapter):
    """Blocks and versions by number; the loss comes from the matrix."""

    def __init__(self, view, start, end):
        self.view, self.start, self.steps = view, start, end - start

    @property
    def num_steps(self):
        return self.steps

    def get_train_block(self, step):
        return [step]

    def get_eval_block(self, step):
        return [step]

    def train_size(self, step):
        return 1

    def fit(self, train_data, *, step, n_samples, random_seed):
        return self.start + step

    def evaluate(self, model, eval_data, *, step):
        return float(self.view.seen(model, self.start + step))


class Planner:
    """A price matters through the plan of the history alone: the same plan gives the same policy."""

    def __init__(self, view):
        self.view, self.runs = view, {}

    def trainings(self, name, alpha):
        start, end = history(self.view)
        if end - start < 3:
            return []
        taught = self.taught(alpha, start, end)
        key = (name, taught.decisions)
        if key not in self.runs:
            is_base = name == "RetrainOpt Base"
            policy = BaseOnlinePolicy.from_plan(taught.plan) if is_base else learned(taught)
            self.runs[key] = replayed(self.view, Deciding(self.view, policy).decide)
        return self.runs[key]

    def taught(self, alpha, start, end):
        table = Table(self.view, start, end)
        config = PlannerConfig(n_choices=(1.0,), time_cost_weight=0.0)
        price = lambda *, step, n_samples, training_seconds, model: alpha
        return collect_online_training_data(
            table, table, config, history_steps=table.steps, initial_model=start,
            initial_reference_loss=float(self.view.seen(start, start)), training_cost_fn=price,
        )  # fmt: skip


def learned(taught):
    return LearnedOnlinePolicy(random_seed=42).fit(taught.states, taught.decisions)


class Deciding:
    """Keeps the three figures that its policies look at."""

    def __init__(self, view, policy):
        self.view, self.policy, self.serving = view, policy, None

    def decide(self, t, serving, known):
        if serving != self.serving:
            self.serving, self.next, self.reference, self.sum, self.last = serving, self.view.through(serving) + 1, None, 0.0, 0.0
        for block in range(self.next, known):
            loss = self.view.seen(serving, block)
            if not np.isfinite(loss):
                continue
            self.reference = loss if self.reference is None else self.reference
            self.last = loss - self.reference
            self.sum += self.last
        self.next = max(self.next, known)
        state = OnlineState(t, float(self.last), float(self.sum), t - serving)
        return self.policy.decide(state, train_size=1).action == DecisionAction.RETRAIN


def exact(view, alpha):
    """The cost of RetrainOpt's exact schedule, for the comparison with ours."""
    costs = {(-1, 0): {"future_losses": {s: view.losses[view.start - view.lag - 1, view.start + s] for s in range(view.blocks - view.start)}}}
    for t in range(view.start + 1, view.blocks):
        if t in view.versions:
            losses = {s - view.start: view.losses[t - view.lag - 1, s] for s in range(t, view.blocks)}
            costs[(t - view.start, 1)] = {"training_cost": alpha, "future_losses": losses}
    return solve_exact_schedule(view.blocks - view.start, costs)[0]

"""UPF (Regol and others, "When to retrain a machine learning model", ICML 2025), as docs/decisions/0024 reads it.

A linear regression, elastic net, forecasts the loss of a version trained at i on block j from i/T, (j - i)/T, j/T and
the shift of the newest inputs; all residuals have one variance. It retrains where the 95 % quantile of what the rest of
the horizon costs with a training is below the one without.
"""

import elastic_net
import numpy as np
from scipy.stats import norm
from views import replayed

DELTA = norm.ppf(0.95)
SHORT = 8  # blocks: about the horizon of the paper's own experiments


class Upf:
    """Forecasts are kept: the same observations at the same time give the same forecast, whatever a training costs."""

    def __init__(self, view):
        self.view, self.fits = view, {}
        # the offline triangle: every version of the history on every block whose labels are known when it ends
        known = view.known(view.start)
        self.offline = [(i, j) for i in view.versions if i <= view.start for j in range(view.through(i) + 1, known)]

    def trainings(self, alpha, horizon=10**6):
        """`horizon`: blocks ahead that are summed, at most those that are left."""
        observed = []

        def decide(t, serving, known):
            for block in range(self.view.through(serving) + 1, known):
                if (serving, block) not in observed and block >= serving:
                    observed.append((serving, block))
            return self.retrain(alpha, t, serving, tuple(observed), horizon)

        return replayed(self.view, decide)

    def retrain(self, alpha, t, serving, observed, horizon):
        predict, variance = self.fit(observed)
        ahead = np.arange(t, min(self.view.blocks, t + horizon))
        shift = self.view.shifts[t - 1, t - 2]
        keep, renew = predict(serving, ahead, shift), predict(t, ahead, shift)
        if self.view.is_error:
            keep, renew = keep.clip(1e-6, 1 - 1e-6), renew.clip(1e-6, 1 - 1e-6)
        return alpha + quantile(renew, variance, self.view.is_error) < quantile(keep, variance, self.view.is_error)

    def fit(self, observed):
        if observed not in self.fits:
            pairs = list(dict.fromkeys(self.offline + list(observed)))
            losses = np.array([self.view.seen(i, j) for i, j in pairs])
            pairs = [pair for pair, loss in zip(pairs, losses) if np.isfinite(loss)]
            losses = losses[np.isfinite(losses)]
            shifts = np.array([self.view.shifts[j, j - 1] if j > 0 else 0.0 for _, j in pairs])
            x = self.features(np.array([i for i, _ in pairs]), np.array([j for _, j in pairs]), shifts)
            mean, spread = x.mean(axis=0), x.std(axis=0)
            spread[spread == 0] = 1.0
            scaled = (x - mean) / spread
            slopes, constant = elastic_net.fit(scaled, losses, min(5, len(losses)))
            variance = max(float(np.mean((losses - scaled @ slopes - constant) ** 2)), 1e-12)
            self.fits[observed] = (self.line(slopes / spread, constant - mean @ (slopes / spread)), variance)
        return self.fits[observed]

    def line(self, slopes, constant):
        """Forecasts of the losses of version i on blocks j."""
        return lambda i, j, shift: self.features(np.full(len(j), i), j, np.full(len(j), shift)) @ slopes + constant

    def features(self, i, j, shift):
        horizon = self.view.blocks
        return np.column_stack([i / horizon, (j - i) / horizon, j / horizon, shift])


def quantile(means, variance, is_error):
    """Of the sum of independent losses, as a normal one; a Beta has at most the variance m (1 - m)."""
    variances = np.minimum(variance, means * (1 - means)) if is_error else np.full(len(means), variance)
    return means.sum() + DELTA * np.sqrt(variances.sum())

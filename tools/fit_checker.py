"""Fits the weights of `app/coaching/grounding.py` on the labelled `dev` claims and prints them, with what they reach.

Run with `python tools/fit_checker.py`. Pairs that share their passages stay in one fold, since each right claim has a wrong twin.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from app.settings import read_settings
from app.wiring import open_service

CLAIMS = Path(__file__).resolve().parent.parent / "evals" / "data" / "claims.dev.jsonl"


def main() -> None:
    """Print weights, and acceptance by threshold from five-fold cross-validation."""
    grounding = open_service(read_settings(os.environ)).checker
    rows = [json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines()]
    features, refused = [], []
    for row in rows:
        pieces = grounding.pieces(row["passages"])
        features.append(grounding.features(row["sentence"], pieces))
        refused.append(bool(grounding.refusal(row["sentence"], pieces)))
    names = list(features[0])
    matrix = np.array([[f[n] for n in names] for f in features])
    right = np.array([row["supported"] for row in rows])
    out = np.array(refused)
    groups = np.array([hash(tuple(row["passages"])) % 10**9 for row in rows])
    scores = np.zeros(len(rows))
    for train, test in GroupKFold(5).split(matrix, right, groups):
        train = train[~out[train]]
        model = LogisticRegression(C=10, max_iter=5000).fit(matrix[train], right[train])
        scores[test] = model.predict_proba(matrix[test])[:, 1]
    scores[out] = 0
    for threshold in np.arange(0.4, 0.9, 0.05):
        accepted = scores >= threshold
        print(f"{threshold:.2f}: accepted {accepted[right].mean():.2f} of the right, {accepted[~right].mean():.3f} of the wrong")
    model = LogisticRegression(C=10, max_iter=5000).fit(matrix[~out], right[~out])
    weights = dict(zip(names, np.round(model.coef_[0], 2).tolist(), strict=True))
    print({"bias": round(float(model.intercept_[0]), 2), **weights})


if __name__ == "__main__":
    main()

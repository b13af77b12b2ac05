"""Texts as topics: a few numbers of the words that stand in them."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from components.shared.features.feature_plan import LEAST_TEXTS
from components.shared.features.transforms import joined, texts_to_words, words_to_topics
from components.shared.features.treatments import Treatment
from components.shared.tables.prose import spacing

ROWS_AT_ONCE: Final = 20_000


def fit_topics(frame: pd.DataFrame, treatment: Treatment) -> Pipeline:
    """Fit topics on a column of texts, on at most 20,000 of them.

    On one thread: linear algebra on several adds in another order for each number of them.

    Args:
        frame: The column, from `read_frame`.
        treatment: How many topics at most, and how numbers are scaled.

    Returns:
        The fitted steps from texts to topics.
    """
    present = frame[frame.iloc[:, 0].notna().to_numpy()]
    texts = present.iloc[:: spacing(len(present))]
    with threadpool_limits(limits=1, user_api="blas"):
        words = texts_to_words(LEAST_TEXTS)
        weights = words.fit_transform(texts)
        topics = words_to_topics(min(treatment.text_features, weights.shape[1]), treatment)
        topics.fit(weights)
    return joined(words, topics)


def topics_of(step: Pipeline, frame: pd.DataFrame) -> NDArray[np.float64]:
    """Return the topics of all rows, in the memory of a few."""
    starts = range(0, len(frame), ROWS_AT_ONCE)
    parts = [step.transform(frame.iloc[start : start + ROWS_AT_ONCE]) for start in starts]
    return np.concatenate(parts).astype(np.float64)

"""Pickles are the same in every process, and load as what was pickled."""

from pathlib import Path

import joblib
from sklearn.feature_extraction.text import TfidfVectorizer

from components.shared.models.joblib_folders import ADDRESS, dump

TEXTS = ["a red house", "a blue house", "the red sea"]


def test_a_vectorizer_is_pickled_without_an_address_in_memory(tmp_path: Path) -> None:
    """scikit-learn keeps one in it, which would give each process another digest."""
    vectorizer = TfidfVectorizer(stop_words=["the"]).fit(TEXTS)
    assert hasattr(vectorizer, ADDRESS)
    pickled = dump(vectorizer, tmp_path / "v.joblib")
    assert ADDRESS.encode() not in (tmp_path / "v.joblib").read_bytes()
    setattr(vectorizer, ADDRESS, 1)
    assert dump(vectorizer, tmp_path / "w.joblib").sha256 == pickled.sha256
    loaded = joblib.load(tmp_path / "v.joblib")
    assert (loaded.transform(TEXTS) != vectorizer.transform(TEXTS)).nnz == 0
    assert "sklearn.feature_extraction.text" in pickled.modules

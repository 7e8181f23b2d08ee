import numpy as np
import pytest

from coding.encoders import SHA256, embed, load_encoder
from coding.errors import ModelError


class Counting:
    """The real model, with a count of what it was asked for."""

    def __init__(self, encoder):
        self.id = encoder.id
        self.encoder = encoder
        self.asked = []

    def encode(self, texts):
        self.asked += texts
        return self.encoder.encode(texts)


def test_the_bundled_model_is_the_one_that_was_published(encoder):
    assert encoder.id == SHA256


def test_sentences_of_like_meaning_are_near(encoder):
    vectors = embed(["The train was late.", "The train did not come on time.", "I like cheese."], encoder=encoder)
    near, far = vectors[0] @ vectors[1], vectors[0] @ vectors[2]
    assert near > 0.6 > 0.2 > far
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_each_distinct_text_is_computed_once(project, encoder):
    counting = Counting(encoder)
    first = embed(["a b", "c d", "a b"], encoder=counting, cache=project)
    again = embed(["c d", "a b", "new"], encoder=counting, cache=project)
    assert sorted(counting.asked) == ["a b", "c d", "new"]
    assert np.array_equal(first[0], again[1])
    assert np.array_equal(first[0], first[2])


def test_what_was_computed_before_a_kill_is_kept(project, encoder):
    class Dying(Counting):
        def encode(self, texts):
            if len(self.asked) >= 4:
                raise KeyboardInterrupt
            return super().encode(texts)

    texts = [f"text {n}" for n in range(8)]
    with pytest.raises(KeyboardInterrupt):
        embed(texts, encoder=Dying(encoder), cache=project, part=2)
    counting = Counting(encoder)
    embed(texts, encoder=counting, cache=project)
    assert len(counting.asked) == 4


def test_progress_ends_with_all(encoder):
    told = []
    embed(["a", "b", "c"], encoder=encoder, progress=lambda done, of: told.append((done, of)), part=2)
    assert told == [(2, 3), (3, 3)]


def test_no_texts_are_no_embeddings(encoder):
    assert embed([], encoder=encoder).shape == (0, 0)


def test_a_folder_without_weights_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"no model\.safetensors"):
        load_encoder(str(tmp_path))


def test_a_folder_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="no sentence-transformers model"):
        load_encoder(str(tmp_path)).encode(["a"])


def test_a_bundled_model_of_other_weights_is_refused(monkeypatch):
    monkeypatch.setattr("coding.encoders.SHA256", "0" * 64)
    load_encoder.cache_clear()
    with pytest.raises(ModelError, match="not all-MiniLM-L6-v2"):
        load_encoder()
    load_encoder.cache_clear()


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr("coding.encoders.PACKAGE", "no_such_package")
    load_encoder.cache_clear()
    with pytest.raises(ModelError, match="not installed"):
        load_encoder()
    load_encoder.cache_clear()


def test_a_folder_named_by_the_user_is_used(encoder):
    named = load_encoder(str(encoder.folder))
    assert named.id == encoder.id

"""What comes out is what went in, to the last bit; failed is not empty, and empty is not absent."""

import pickle
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.autolabel.cache.answers import (
    FINGERPRINT,
    OTHER,
    add,
    answer,
    assert_holds,
    assert_same,
    digest,
    digests,
)
from unify.autolabel.cache import PictureState, PredictionCache
from unify.core.predictions import Failure, Prediction
from unify.errors import CacheError

ABSENT, DONE, FAILED = PictureState.ABSENT, PictureState.DONE, PictureState.FAILED


@pytest.fixture
def cache(tmp_path) -> PredictionCache:
    return PredictionCache(tmp_path / "cache")


@settings(max_examples=40)
@given(numbers=st.lists(st.integers(0, 30), min_size=1), segment=st.integers(1, 9), rich=st.booleans())
def test_reader_returns_what_writer_got(numbers, segment, rich):
    """In the order asked, whatever the order of writing and the size of the segments, also asked twice."""
    cache = PredictionCache(f"memory://{uuid4()}")  # no disk to wait for
    with cache.writer(FINGERPRINT, max_pictures=segment) as writer:
        for number in numbers:
            writer.add(digest(number), answer(number, rich=rich))
    assert_holds(cache, [*numbers, *reversed(numbers)], rich=rich)


def test_every_bit_of_a_float_is_kept(cache):
    odd = np.array([np.nan, -0.0, 1e-45, np.inf], np.float32)
    given = Prediction(odd.reshape(1, 4), odd[:1], np.zeros(1, np.int32), columns={"odd": np.float64(0.1)})
    with cache.writer(FINGERPRINT) as writer:
        writer.add(digest(0), given)
    assert_same(cache.read(FINGERPRINT, digests([0])).of(0), given)


def test_a_cache_that_does_not_exist_is_empty(cache, tmp_path):
    assert cache.states(FINGERPRINT, digests([1, 2])).tolist() == [ABSENT, ABSENT]
    assert cache.read(FINGERPRINT, digests([1])).states.tolist() == [ABSENT]
    assert cache.fingerprints() == [] and list(tmp_path.iterdir()) == []


def test_states_tell_absent_empty_and_failed_apart(cache):
    add(cache, [0, 1, 4])  # no box, one box, failed
    states = cache.states(FINGERPRINT, digests([4, 0, 7, 1]))
    assert states.tolist() == [FAILED, DONE, ABSENT, DONE] and states.dtype == np.uint8
    assert cache.missing(FINGERPRINT, digests([4, 0, 7, 1])).tolist() == [False, False, True, False]
    assert cache.missing(FINGERPRINT, digests([4, 0, 7, 1]), retry_failed=True).tolist() == [True, False, True, False]
    assert cache.read(FINGERPRINT, digests([4])).of(0) == Failure("picture 4 is broken")
    with pytest.raises(KeyError, match="picture 0 is not in the cache"):
        cache.read(FINGERPRINT, digests([7])).of(0)


def test_no_picture_asked_gives_no_answer(cache):
    add(cache, [1])
    assert len(cache.read(FINGERPRINT, digests([]))) == len(cache.states(FINGERPRINT, digests([]))) == 0


def test_fingerprints_do_not_share_answers(cache):
    add(cache, [1])
    add(cache, [2], OTHER, salt=1)
    assert cache.fingerprints() == [FINGERPRINT, OTHER]
    assert cache.states(OTHER, digests([1, 2])).tolist() == [ABSENT, DONE]
    assert_holds(cache, [2], OTHER, salt=1)


def test_the_first_committed_answer_wins(cache):
    add(cache, [1, 2])
    add(cache, [2, 3], salt=1)
    assert_holds(cache, [1, 2])
    assert_holds(PredictionCache(cache.root), [3], salt=1)


def test_a_later_answer_wins_over_a_failure_and_never_the_other_way(cache):
    add(cache, [4])
    with cache.writer(FINGERPRINT) as writer:
        writer.add(digest(4), answer(4, boxes=2))
    add(cache, [4])
    assert cache.states(FINGERPRINT, digests([4])).tolist() == [DONE]
    assert_holds(cache, [4], boxes=2)


def test_one_writer_keeps_the_first_answer_that_did_not_fail(cache):
    with cache.writer(FINGERPRINT) as writer:
        for said in (Failure("out of memory"), answer(1), answer(1, salt=1), Failure("out of memory")):
            writer.add(digest(1), said)
    assert_holds(cache, [1])


def test_what_another_process_commits_is_seen_without_reopening(cache):
    add(cache, [1])
    assert cache.states(FINGERPRINT, digests([1, 2])).tolist() == [DONE, ABSENT]
    add(PredictionCache(cache.root), [2])
    assert cache.states(FINGERPRINT, digests([1, 2])).tolist() == [DONE, DONE]


def test_only_new_segments_are_read_again(cache, monkeypatch):
    add(cache, [1])
    cache.index(FINGERPRINT)
    read, original = [], cache.store.read
    monkeypatch.setattr(cache.store, "read", lambda path: read.append(path) or original(path))
    cache.index(FINGERPRINT)
    assert read == []
    add(cache, [2])
    cache.index(FINGERPRINT)
    assert len(read) == 2  # marker and segment


def test_a_copy_in_another_process_opens_the_same_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cache = PredictionCache("cache")
    add(cache, [1])
    copy = pickle.dumps(cache)
    monkeypatch.chdir("/")
    assert_holds(pickle.loads(copy), [1])


def test_the_merge_takes_it_in_unified_ids(cache):
    add(cache, [0, 3, 4])
    table = cache.read(FINGERPRINT, digests([4, 3, 9, 0])).in_unified_ids([10, 11, 12, 13, 14, 15, 16])
    assert table.failed.tolist() == [True, False, False, False]
    assert table.seen.tolist() == [False, True, False, True]
    assert table.picture.tolist() == [1, 1, 1]
    assert table.class_ids.tolist() == [10 + each for each in answer(3).classes]


class TestWriter:
    def test_commits_when_a_segment_is_full(self, cache):
        with cache.writer(FINGERPRINT, max_pictures=2) as writer:
            for number in (0, 1, 2):
                writer.add(digest(number), answer(number))
            assert cache.states(FINGERPRINT, digests([0, 1, 2])).tolist() == [DONE, DONE, ABSENT]
        assert cache.states(FINGERPRINT, digests([0, 1, 2])).tolist() == [DONE, DONE, DONE]

    def test_commits_when_a_slow_model_had_its_time(self, cache):
        writer = cache.writer(FINGERPRINT, max_seconds=0)
        writer.add(digest(0), answer(0))
        assert cache.states(FINGERPRINT, digests([0])).tolist() == [DONE]

    def test_an_exception_leaves_only_what_was_committed(self, cache):
        with pytest.raises(KeyboardInterrupt), cache.writer(FINGERPRINT, max_pictures=2) as writer:
            for number in (0, 1, 2):
                writer.add(digest(number), answer(number))
            raise KeyboardInterrupt
        assert cache.states(FINGERPRINT, digests([0, 1, 2])).tolist() == [DONE, DONE, ABSENT]

    def test_nothing_added_writes_nothing(self, cache, tmp_path):
        with cache.writer(FINGERPRINT):
            pass
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("key", [b"short", np.zeros((1, 31), np.uint8)])
    def test_a_key_is_a_digest(self, cache, key):
        with pytest.raises(ValueError, match="a digest has 32 bytes"):
            cache.writer(FINGERPRINT).add(key, answer(0))

    def test_a_fingerprint_names_a_folder_of_its_own(self, cache):
        with pytest.raises(ValueError, match="64 hexadecimal digits, not '../x'"):
            cache.writer("../x")
        with pytest.raises(ValueError, match="64 hexadecimal digits"):
            cache.states("../x", digests([1]))

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"boxes_xyxy": np.zeros((2, 5), np.float32)}, r"have shapes \(2, 5\), \(2,\) and \(2,\)"),
            ({"classes": np.zeros(3, np.int32)}, r"have shapes \(2, 4\), \(2,\) and \(3,\)"),
            ({"topk_scores": np.zeros((3, 4))}, r"'topk_scores' has shape \(3, 4\) beside 2 boxes"),
            ({"embedding": np.float32(1)}, r"'embedding' has shape \(\) beside 2 boxes"),
            ({"columns": {"c": np.zeros(3)}}, r"'c' has shape \(3,\) beside 2 boxes"),
            ({"columns": {"c": np.zeros((2, 2))}}, r"'c' is float64 \(2, 2\)"),
            ({"columns": {"c": np.array(["a", "b"])}}, "'c' is <U1"),
            ({"columns": {"scores": np.zeros(2)}}, "'scores' takes the name"),
            ({"columns": {"embedding": np.zeros(2)}}, "'embedding' takes the name"),
        ],
    )
    def test_arrays_that_contradict_each_other_are_refused_before_they_can_shift_others(self, cache, fields, message):
        good = {"boxes_xyxy": np.zeros((2, 4)), "scores": np.zeros(2), "classes": np.zeros(2, np.int32)}
        with cache.writer(FINGERPRINT) as writer:
            writer.add(digest(1), answer(1))
            with pytest.raises(ValueError, match=message):
                writer.add(digest(2), Prediction(**{**good, **fields}))
        assert cache.states(FINGERPRINT, digests([1, 2])).tolist() == [DONE, ABSENT]


class TestColumns:
    def test_a_column_is_there_when_all_predictions_have_it(self, cache):
        add(cache, [1, 2, 4], rich=True)
        every = ("box_embeddings", "embedding", "half", "objectness", "occluded", "sharpness")
        assert cache.columns(FINGERPRINT) == (*every, "topk_classes", "topk_scores", "views")
        add(cache, [3])
        assert cache.columns(FINGERPRINT) == ()
        assert_holds(cache, [3])

    def test_a_failure_lacks_no_column_and_no_box_lacks_no_column_of_boxes(self, cache):
        add(cache, [4])
        add(cache, [1, 2], rich=True)
        plain = Prediction(*(np.zeros(shape, np.float32) for shape in ((0, 4), (0,), (0,))), embedding=np.ones(8, "f4"))
        with cache.writer(FINGERPRINT) as writer:
            writer.add(digest(0), plain)
        assert cache.columns(FINGERPRINT) == (
            "box_embeddings", "embedding", "half", "objectness", "occluded", "topk_classes", "topk_scores",
        )  # fmt: skip
        table = cache.read(FINGERPRINT, digests([0, 1, 4]))
        assert table.of(0).topk_scores.shape == (0, 3) and table.of(1).topk_scores.shape == (1, 3)
        assert isinstance(table.of(2), Failure)

    def test_a_column_of_two_widths_is_nobodys(self, cache):
        with cache.writer(FINGERPRINT) as writer:
            for number, width in enumerate((3, 5)):
                shapes = ((1, 4), (1,), (1,))
                arrays = [np.zeros(shape, np.float32) for shape in shapes]
                writer.add(digest(number), Prediction(*arrays, embedding=np.zeros(width, np.float32)))
        assert cache.columns(FINGERPRINT) == ()
        assert cache.states(FINGERPRINT, digests([0, 1])).tolist() == [DONE, DONE]

    def test_only_wanted_columns_are_read(self, cache):
        add(cache, [1, 2], rich=True)
        table = cache.read(FINGERPRINT, digests([1, 2]), columns=["embedding"])
        assert list(table.columns) == ["embedding"] and table.columns["embedding"].shape == (2, 8)
        assert list(cache.read(FINGERPRINT, digests([1]), columns=()).columns) == []

    def test_a_missing_column_is_named_before_any_work(self, cache):
        add(cache, [1], rich=True)
        cache.require(FINGERPRINT, ["embedding", "topk_scores"])
        with pytest.raises(CacheError) as error:
            cache.require(FINGERPRINT, ["embeding", "logits"])
        known = "box_embeddings, embedding, half, objectness, occluded, sharpness, topk_classes, topk_scores, views"
        assert str(error.value) == (
            f"{cache.root}/{FINGERPRINT}: predictions of vehicle:v1 have no 'embeding'\n"
            f"  got:      {known}\n"
            "  fix:      did you mean 'embedding'?\n\n"
            f"{cache.root}/{FINGERPRINT}: predictions of vehicle:v1 have no 'logits'\n"
            f"  got:      {known}\n"
            "  fix:      let the auto-labeler return it; as another version of it, so that its pictures are asked again"
        )
        with pytest.raises(CacheError, match="have no 'logits'"):
            cache.read(FINGERPRINT, digests([1]), columns=["logits"])

    def test_a_column_that_some_lack_is_told_apart_from_one_that_all_lack(self, cache):
        add(cache, [1], rich=True)
        add(cache, [2])
        with pytest.raises(CacheError, match="no 'embedding' in 1 of 2 segments"):
            cache.require(FINGERPRINT, ["embedding"])

    def test_nothing_predicted_yet_is_said(self, cache):
        with pytest.raises(CacheError, match="there are no predictions of this auto-labeler"):
            cache.require(FINGERPRINT, ["embedding"])

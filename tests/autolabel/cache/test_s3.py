"""The same on a server that speaks S3, on this machine."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.autolabel.cache.answers import FINGERPRINT, OTHER, add, assert_holds, digests
from tests.autolabel.cache.test_processes import start
from unify.autolabel.cache import PictureState, PredictionCache, compact, contents, prune, verify
from unify.errors import CacheError

pytest.importorskip("s3fs", reason="needs s3fs, for the [s3] extra")
server = pytest.importorskip("moto.server", reason="needs moto[server], a server that speaks S3")

BUCKET = "predictions"


@pytest.fixture(scope="module")
def endpoint():
    """A server, and an environment in which every S3 client finds it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        import s3fs

        s3fs.S3FileSystem().mkdir(BUCKET)
        yield environment["AWS_ENDPOINT_URL"]
    running.stop()


@pytest.fixture
def root(endpoint, request) -> str:
    return f"s3://{BUCKET}/{request.node.name}"


def test_a_whole_life(root):
    cache = PredictionCache(root)
    assert cache.states(FINGERPRINT, digests([1])).tolist() == [PictureState.ABSENT]
    for number in range(3):
        add(cache, [number, number + 1], rich=True)
    add(cache, [1], OTHER)
    assert_holds(PredictionCache(root), range(4), rich=True)
    assert compact(cache, FINGERPRINT).segments_after == 1
    assert_holds(cache, range(4), rich=True)
    assert [each.pictures for each in contents(cache)] == [1, 4]
    assert (verify(cache).segments, verify(cache).problems) == (2, ())
    assert [each.fingerprint for each in prune(cache, {FINGERPRINT}).removed] == [OTHER]
    assert PredictionCache(root).fingerprints() == [FINGERPRINT]


def test_writers_at_once_lose_nothing_without_conditional_puts(root):
    def write(first: int) -> None:
        for number in range(first, first + 3):
            add(PredictionCache(root), [number, number + 1])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(0, 12, 3)))
    cache = PredictionCache(root)
    assert len(cache.index(FINGERPRINT).segments) == 12
    assert_holds(cache, range(13))


def test_what_another_process_commits_is_seen_although_clients_like_to_keep_listings(root):
    cache = PredictionCache(root)
    add(cache, [0])
    assert cache.states(FINGERPRINT, digests([0, 1])).tolist() == [PictureState.DONE, PictureState.ABSENT]
    assert start(root, 1, 2, segment=1).wait() == 0
    assert_holds(cache, [0, 1])


def test_a_segment_without_its_marker_does_not_count(root):
    cache = PredictionCache(root)
    add(cache, [1])
    (segment,) = cache.store.names(f"{FINGERPRINT}/commits")
    cache.store.delete(f"{FINGERPRINT}/commits/{segment}")
    assert PredictionCache(root).states(FINGERPRINT, digests([1])).tolist() == [PictureState.ABSENT]


def test_a_cut_upload_is_found(root):
    cache = PredictionCache(root)
    add(cache, [1])
    add(cache, [2])
    path = f"{FINGERPRINT}/segments/{cache.store.names(f'{FINGERPRINT}/segments')[0]}"
    cache.store.write(path, cache.store.read(path)[:100])
    fresh = PredictionCache(root)
    assert fresh.states(FINGERPRINT, digests([1, 2])).tolist() == [PictureState.ABSENT, PictureState.DONE]
    assert list(fresh.damaged) == [path]


def test_a_bucket_that_does_not_exist_is_told(endpoint):
    with pytest.raises(CacheError) as error:
        add(PredictionCache("s3://no-such-bucket/x"), [1])
    assert str(error.value).startswith("s3://no-such-bucket/x: the prediction cache cannot be written\n")
    assert "create the bucket" in str(error.value)


def test_a_server_that_is_not_there_is_told(endpoint, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(CacheError, match="check the address, your credentials and the network"):
        PredictionCache("s3://predictions/x").states(FINGERPRINT, digests([1]))
    s3fs.S3FileSystem.clear_instance_cache()

"""A monitoring service is pinged when a job starts and ends; whatever becomes of the ping, the job goes on."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from support.hotels.simulated import ZONE, command, sql

from minibar_ml import pings
from minibar_ml.config.loading import load
from minibar_ml.store.engine import make_engine
from minibar_ml.store.jobs.locks import exclusive

Capture = pytest.CaptureFixture[str]
SECRET = "s3cr3t-ping-key"
AT = ["--as-of", "2025-11-17"]


class Watcher(ThreadingHTTPServer):
    """Records its pings, and answers with a status or by hanging up."""

    def __init__(self) -> None:
        self.pings: list[str] = []
        self.status: int | None = 200
        self.release = threading.Event()
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{SECRET}/{{job}}"

    def paths(self) -> list[str]:
        return [urlsplit(one).path.removeprefix(f"/{SECRET}") for one in self.pings]


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        watcher = self.server
        assert isinstance(watcher, Watcher)
        watcher.pings.append(self.path)
        if watcher.status is None:
            watcher.release.wait()
            return
        self.send_response(watcher.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    with Watcher() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.release.set()
        made.shutdown()
        thread.join()


@pytest.mark.parametrize("job", ["collect", "train", "detect"])
def test_a_job_pings_its_start_and_its_end_as_one_run(store_url: str, watcher: Watcher, job: str) -> None:
    assert command(store_url, job, *AT, "--quiet", ML_PING_URL=watcher.url) == 0
    assert watcher.paths() == [f"/{job}/start", f"/{job}"]
    ids = {parse_qs(urlsplit(one).query)["rid"][0] for one in watcher.pings}
    assert len(ids) == 1


def test_a_command_that_is_not_a_job_pings_nothing(store_url: str, watcher: Watcher, capsys: Capture) -> None:
    for arguments in (["alerts", "list"], ["report", "weekly", *AT, "--json"], ["models", "list"], ["doctor"]):
        command(store_url, *arguments, ML_PING_URL=watcher.url)
    assert watcher.pings == []


def test_a_run_that_fails_or_does_only_a_part_pings_failure(store_url: str, watcher: Watcher) -> None:
    sql(store_url, "DROP TABLE minibar_dolum_talepleri")
    assert command(store_url, "collect", *AT, "--quiet", ML_PING_URL=watcher.url) == 5
    assert watcher.paths() == ["/collect/start", "/collect/fail"]
    watcher.pings.clear()
    sql(store_url, "DROP TABLE minibar_ml.ml_models CASCADE")
    assert command(store_url, "detect", *AT, "--quiet", ML_PING_URL=watcher.url) == 5
    assert watcher.paths() == ["/detect/start", "/detect/fail"]


def test_a_database_that_is_down_pings_failure(watcher: Watcher) -> None:
    down = "postgresql://minibar@127.0.0.1:1/hotel"
    assert command(down, "collect", "--quiet", ML_PING_URL=watcher.url) == 4
    assert watcher.paths() == ["/collect/fail"]


def test_a_run_that_finds_the_lock_taken_leaves_the_pings_to_the_other(store_url: str, watcher: Watcher) -> None:
    with make_engine(store_url, ZONE).connect() as other, exclusive(other, "detect"):
        assert command(store_url, "detect", *AT, "--quiet", ML_PING_URL=watcher.url) == 75
    assert watcher.pings == []


@pytest.mark.parametrize("status", [404, 500, None])
def test_a_watcher_that_answers_badly_or_never_is_a_warning(
    store_url: str, watcher: Watcher, status: int | None, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pings, "TIMEOUT_SECONDS", 0.2)
    watcher.status = status
    assert command(store_url, "collect", *AT, "--verbose", ML_PING_URL=watcher.url) == 0
    said = capsys.readouterr().err
    assert said.count("the job is not affected") == 2
    assert SECRET not in said
    assert sql(store_url, "SELECT outcome FROM minibar_ml.ml_job_runs") == [("done",)]


@pytest.mark.parametrize("url", [f"http://127.0.0.1:1/{SECRET}/{{job}}", f"https://nowhere.invalid/{SECRET}"])
def test_a_watcher_that_is_not_there_is_a_warning_without_its_url(store_url: str, url: str, capsys: Capture) -> None:
    assert command(store_url, "collect", *AT, "--verbose", ML_PING_URL=url) == 0
    said = capsys.readouterr().err
    assert said.count("ping failed, ML_PING_URL") == 2
    assert SECRET not in said


@pytest.mark.parametrize(
    "url",
    [
        f"http://example.com/{SECRET}", f"ftp://example.com/{SECRET}", f"file:///etc/{SECRET}", SECRET,
        f"https://user:{SECRET}@example.com/", f"https://example.com/{SECRET} /x",
        f"https://example.com/{SECRET}\r\nX: y",
        f"https://example.com/{SECRET}?a=b", f"http://127.0.0.1.example.com/{SECRET}",
    ],
)  # fmt: skip
def test_a_url_that_is_not_safe_is_refused_and_not_repeated(url: str, store_url: str, capsys: Capture) -> None:
    assert command(store_url, "collect", *AT, ML_PING_URL=url) == 3
    said = capsys.readouterr().err
    assert "ML_PING_URL must be an https URL" in said
    assert SECRET not in said


def test_the_url_is_not_in_the_settings_repr() -> None:
    assert SECRET not in repr(load({"ML_PING_URL": f"https://hc-ping.com/{SECRET}/{{job}}"}))


def test_alerts_notify_is_a_job_that_pings_too(store_url: str, watcher: Watcher) -> None:
    assert command(store_url, "alerts", "notify", "--quiet", ML_PING_URL=watcher.url) == 0
    assert watcher.paths() == ["/notify/start", "/notify"]

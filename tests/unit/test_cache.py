"""Values kept on disk."""

from pathlib import Path

import pytest

from grader.cache import Cache, digest
from grader.model import Expected, Raised
from tests.builders import array

VALUE = Expected(exercise="e", seed=3, state=(("w", array([1.0])),))


def test_what_is_put_is_got(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "deep" / "cache")
    assert cache.get("name", Expected) is None
    cache.put("name", VALUE)
    assert cache.get("name", Expected) == VALUE
    assert [path.name for path in cache.folder.iterdir()] == ["name"]


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_file_is_as_good_as_absent(tmp_path: Path, damage: bytes | None) -> None:
    cache = Cache(tmp_path)
    cache.put("name", VALUE)
    whole = (tmp_path / "name").read_bytes()
    (tmp_path / "name").write_bytes(whole[:-1] if damage is None else damage)
    assert cache.get("name", Expected) is None


def test_a_value_of_another_type_is_as_good_as_absent(tmp_path: Path) -> None:
    Cache(tmp_path).put("name", Raised(type="E"))
    assert Cache(tmp_path).get("name", Expected) is None


def test_no_folder_keeps_nothing() -> None:
    Cache(None).put("name", VALUE)
    assert Cache(None).get("name", Expected) is None


def test_a_folder_that_cannot_be_made_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file" / "cache")
    cache.put("name", VALUE)
    assert cache.get("name", Expected) is None


def test_a_digest_tells_where_one_part_ends() -> None:
    names = {digest("ab", "c"), digest("a", "bc"), digest("abc"), digest(b"ab", "c", 1), digest("ab", "c", 2)}
    assert len(names) == 5
    assert digest("ab", 1) == digest(b"ab", "1")

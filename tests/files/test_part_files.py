"""Files under a temporary name: renamed when complete, removed when not."""

from pathlib import Path

import pytest

from metawidgets.files.part_files import replacing, sweep


def test_a_failing_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "kept.txt"
    target.write_text("old")

    def fail() -> None:
        with replacing(target) as part:
            part.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    with replacing(tmp_path / "a") as part:
        part.write_text("x")
    (tmp_path / "b").write_text("x")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_only_the_leftovers_of_one_file_are_swept(tmp_path: Path) -> None:
    for name in (".a[1].txt.x1.part", ".a1.txt.x2.part", "a[1].txt"):
        (tmp_path / name).write_text("")
    sweep(tmp_path / "a[1].txt")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a1.txt.x2.part", "a[1].txt"]

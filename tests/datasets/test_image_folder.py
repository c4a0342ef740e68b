"""Folders of image files as pools of classes, with good and bad files."""

import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from metawidgets.datasets import ImageFolder, _picture_files
from metawidgets.episodes import ClassPool, EpisodeSampler
from metawidgets.errors import DatasetError, EpisodeError
from tests.datasets.conftest import png, scribble
from tests.made_files import bomb, image_file


def whole(root: Path, **options: Any) -> ClassPool:
    pool = ImageFolder(root=str(root), **options).source("all")
    assert isinstance(pool, ClassPool)
    return pool


def fill(root: Path, n_classes: int = 2, n_items: int = 3) -> Path:
    for c in range(n_classes):
        (root / f"c{c}").mkdir(parents=True)
        for i in range(n_items):
            (root / f"c{c}" / f"{i}.png").write_bytes(png(scribble(100 * c + i)))
    return root


def test_classes_are_folders_and_items_their_files(tmp_path: Path) -> None:
    pool = whole(fill(tmp_path, 3, 4))
    assert pool.class_ids == ("c0", "c1", "c2")
    assert pool.sizes.tolist() == [4, 4, 4]
    assert [str(pool.item_id(i)) for i in (0, 11)] == ["image_folder/c0/0.png", "image_folder/c2/3.png"]
    assert ImageFolder(root=str(tmp_path)).unreadable == ()


def test_one_of_each_polarity_is_the_same_ink(tmp_path: Path) -> None:
    for name, pixels in (("dark", scribble(1)), ("light", ~scribble(1))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(png(pixels))
        (tmp_path / name / "b.png").write_bytes(image_file(ink=20 + len(name)))
    pool = whole(tmp_path)
    assert np.array_equal(pool.items[0], pool.items[2])


def test_pictures_at_the_size_already_keep_their_bytes(tmp_path: Path) -> None:
    ink = np.zeros((2, 2, 28, 28), np.uint8)
    for n, page in enumerate(ink.reshape(-1, 28, 28)):
        page[4 + n : 20, 10:13] = 255
    for c in range(2):
        (tmp_path / f"c{c}").mkdir()
        for i in range(2):
            Image.fromarray(255 - ink[c, i]).save(tmp_path / f"c{c}" / f"{i}.png")
    assert np.array_equal(whole(tmp_path).items, ink.reshape(4, 1, 28, 28))


@pytest.mark.parametrize(("colour", "channels"), [("ink", 1), ("rgb", 3), ("auto", 3)])
def test_colour_and_size_make_the_shape(tmp_path: Path, colour: Any, channels: int) -> None:
    for c, name in enumerate(("red", "blue")):
        (tmp_path / name).mkdir()
        for i in range(3):
            picture = Image.new("RGB", (60, 40), name)
            picture.paste("white", (5 * i, 5, 5 * i + 20, 30 + c))
            picture.save(tmp_path / name / f"{i}.png")
    pool = whole(tmp_path, colour=colour, size=16)
    assert pool.items.shape == (6, channels, 16, 16)
    if channels == 3:  # the blue picture is the first by name
        assert pool.items[0, :, -1, -1].tolist() == [0, 0, 255]
        assert pool.items[3, :, -1, -1].tolist() == [255, 0, 0]


def test_auto_is_ink_where_most_pictures_are_grey(tmp_path: Path) -> None:
    fill(tmp_path)
    Image.linear_gradient("L").convert("RGB").save(tmp_path / "c0" / "grey.png")
    Image.new("RGB", (50, 50), "red").save(tmp_path / "c0" / "red.png")
    assert whole(tmp_path).items.shape[1] == 1
    assert dict(ImageFolder(root=str(tmp_path)).unreadable)["c0/red.png"].startswith("is of one shade")


def test_what_cannot_be_read_is_listed_and_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    root = fill(tmp_path / "root")
    hostile = "<img src=x onerror=alert(1)>\nTraceback.png"
    (root / "c0" / hostile).write_bytes(b"no picture")
    (root / "c0" / "bomb.png").write_bytes(bomb())
    (root / "c0" / "cut.png").write_bytes((root / "c0" / "0.png").read_bytes()[:90])
    (root / "c0" / "twin.png").write_bytes((root / "c0" / "1.png").read_bytes())
    (root / "c1" / "blank.png").write_bytes(image_file(ink=240, paper=240))
    (root / "c1" / ".DS_Store").write_bytes(b"x")
    (root / "c1" / "inner").mkdir()
    (root / "readme.txt").write_text("hello")
    (root / "empty").mkdir()
    (root / "words").mkdir()
    (root / "words" / "a.txt").write_text("hello")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.png").write_bytes(png(scribble(77)))
    (root / "c1" / "link.png").symlink_to(tmp_path / "outside" / "secret.png")
    (root / "linked").symlink_to(tmp_path / "outside")
    (root / "c1" / "again.png").symlink_to(root / "c1" / "0.png")
    os.mkfifo(root / "c1" / "pipe.png")  # opening it would block
    with caplog.at_level(logging.WARNING):
        dataset = ImageFolder(root=str(root))
        found = dict(dataset.unreadable)
    expected = {
        f"c0/{hostile}": "is not an image",
        "c0/bomb.png": "unpacks to",
        "c0/cut.png": "is ",
        "c0/twin.png": "is the same picture as 'c0/1.png'",
        "c1/.DS_Store": "is hidden",
        "c1/again.png": "is a link within the folder",
        "c1/blank.png": "is of one shade",
        "c1/inner": "is a folder within a class folder",
        "c1/link.png": "is a link out of the folder",
        "c1/pipe.png": "is not a regular file",
        "empty": "has no files",
        "linked": "is a link out of the folder",
        "readme.txt": "is not in a class folder",
        "words": "has no picture that can be read",
        "words/a.txt": "is not an image",
    }
    assert set(found) == set(expected)
    assert {path: why for path, why in found.items() if not why.startswith(expected[path])} == {}
    pool = dataset.source("all")
    assert isinstance(pool, ClassPool)
    assert pool.class_ids == ("c0", "c1")
    assert pool.sizes.tolist() == [3, 3]
    assert len(caplog.records) == 1  # the folder is read once, and reported in one line
    assert caplog.records[0].getMessage().startswith("image_folder left out 14: 'c0/<img")
    assert "\n" not in caplog.records[0].getMessage()


def test_a_name_that_is_no_text_is_listed_in_ascii(tmp_path: Path) -> None:
    fill(tmp_path)
    try:
        Path(os.fsdecode(os.fsencode(tmp_path / "c0") + b"/\xff.png")).write_bytes(png(scribble(5)))
    except OSError:
        pytest.skip("this file system has no such names")
    assert ImageFolder(root=str(tmp_path)).unreadable == (("c0/\\udcff.png", "has a name that is not UTF-8 text"),)


def test_names_are_plain_text(tmp_path: Path) -> None:
    names = ["<script>alert(1)</script>".replace("/", "∕"), "two\nlines", "été 字"]
    for c, name in enumerate(names):
        (tmp_path / name).mkdir()
        for i in range(2):
            (tmp_path / name / f"{i}\n.png").write_bytes(png(scribble(10 * c + i)))
    episode = EpisodeSampler(whole(tmp_path), n_way=3, k_shot=1, n_query=1).episode(0)
    assert set(episode.class_names) == set(names)
    assert episode.support_items[0].item in ("0\n.png", "1\n.png")


def test_a_large_file_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path)
    monkeypatch.setattr(_picture_files, "LARGEST_FILE", 10_000)
    (tmp_path / "c0" / "large.bin").write_bytes(bytes(10_001))
    (tmp_path / "c0" / "large.bin").chmod(0)
    assert ImageFolder(root=str(tmp_path)).unreadable[0][1].startswith("has 0.0 MB; at most 0 MB")


def test_too_many_bytes_are_refused_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_picture_files, "MOST_BYTES", 6 * 28 * 28)
    fill(tmp_path)
    assert len(whole(tmp_path, colour="ink").items) == 6
    with pytest.raises(DatasetError, match=r"6 files at 28 x 28 need .* GiB"):
        whole(tmp_path, colour="rgb")


def test_a_changed_folder_is_read_again_and_an_unchanged_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    first = whole(tmp_path)
    monkeypatch.setattr(_picture_files, "_bytes", lambda *_: pytest.fail("it was read again"))
    assert whole(tmp_path) is first
    monkeypatch.undo()
    (tmp_path / "c0" / "0.png").write_bytes(png(scribble(999)))
    again = whole(tmp_path)
    assert not np.array_equal(again.items[0], first.items[0])
    assert np.array_equal(again.items[1:], first.items[1:])
    (tmp_path / "c1" / "2.png").unlink()
    assert whole(tmp_path).sizes.tolist() == [3, 2]


def test_progress_is_shown_on_a_console_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path)
    monkeypatch.setattr(_picture_files, "_MANY", 3)
    whole(tmp_path, size=20)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    whole(tmp_path, size=21)
    assert capsys.readouterr().err == "\rreading pictures: 0 of 6\rreading pictures: 6 of 6\n"


def test_one_clear_error_each(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"give root= a folder with one folder of image files per class"):
        ImageFolder().source("all")
    with pytest.raises(DatasetError, match=r"root='.*nowhere' does not exist"):
        whole(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x")
    with pytest.raises(DatasetError, match="is a file, not a folder"):
        whole(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="holds no files in class folders; make a folder for each class"):
        whole(tmp_path / "empty")
    (tmp_path / "words" / "a").mkdir(parents=True)
    (tmp_path / "words" / "a" / "b.txt").write_text("x")
    with pytest.raises(DatasetError, match=r"none of 1 files in .* can be read: 'a/b.txt' is not an image"):
        whole(tmp_path / "words")
    fill(tmp_path / "one", n_classes=1)
    with pytest.raises(DatasetError, match="1 of its classes has at least 2 pictures, and an episode needs two"):
        whole(tmp_path / "one")


def test_a_class_that_is_too_small_is_refused_or_skipped(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    for i in (1, 2):
        (tmp_path / "c1" / f"{i}.png").unlink()
    with pytest.raises(DatasetError, match=r"class 'c1' has too few pictures: 1, but min_items=2; .* small='skip'"):
        whole(tmp_path)
    assert whole(tmp_path, small="skip").class_ids == ("c0", "c2")
    left = ImageFolder(root=str(tmp_path), small="skip").unreadable
    assert left == (("c1", "has too few pictures: 1, but min_items=2"),)
    with pytest.raises(DatasetError, match=r"class 'c0' \(and 2 more\) has too few pictures: 3, but min_items=4"):
        whole(tmp_path, min_items=4)


def test_too_few_classes_for_a_split_say_what_to_do(tmp_path: Path) -> None:
    dataset = ImageFolder(root=str(fill(tmp_path, 4)))
    with pytest.raises(DatasetError, match=r"4 classes cannot be split into 2 for testing, 2 .* use the split 'all'"):
        dataset.source("test")
    two = ImageFolder(root=str(tmp_path), validation_share=0, test_share=0.5)
    assert [len(two.source(s)) for s in ("train", "test", "all")] == [2, 2, 4]  # type: ignore[arg-type]
    with pytest.raises(DatasetError, match="no validation part, since validation_share=0"):
        two.source("validation")
    with pytest.raises(EpisodeError, match="has 2 classes"):
        EpisodeSampler(two.source("test"), n_way=3)

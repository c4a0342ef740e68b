"""A sweep's TOML file: its allowed contents, and one clear error message for everything else."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metawidgets.errors import SweepError
from metawidgets.sweeps.settings import Settings


def of_text(tmp_path, text):
    path = tmp_path / "sweep.toml"
    path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
    return Settings.read(path)


def test_everything_has_a_default():
    assert Settings.of({}).model_dump() == {
        "report": "few_shot", "out": "build/sweep", "parameters": {}, "grid": {}, "zip": [], "exclude": [], "repeats": 1,
        "workers": None, "forked": None, "time_limit": None, "retries": 1,
    }  # fmt: skip


def test_a_whole_file(tmp_path):
    settings = of_text(
        tmp_path,
        """
        report = "inner_loop"
        repeats = 3
        time_limit = 90
        forked = false
        parameters.n_way = 5
        [grid]
        k_shot = [1, 5]
        dataset_options.n_classes = [100, 200]
        [zip]
        inner_steps = [1, 5]
        inner_lr = [0.4, 0.1]
        [[exclude]]
        k_shot = 5
        """,
    )
    assert settings.grid == {"k_shot": [1, 5], "dataset_options": {"n_classes": [100, 200]}}
    assert settings.zip == [{"inner_steps": [1, 5], "inner_lr": [0.4, 0.1]}]
    assert settings.exclude == [{"k_shot": 5}]
    assert settings.time_limit == 90.0
    assert Settings.of(settings.model_dump()) == settings


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("grd = 1", "there is no setting 'grd'; did you mean 'grid'"),
        ('workers = "2"', "setting 'workers' is '2': Input should be a valid integer"),
        ("workers = 0", "'workers' is 0: Input should be greater than or equal to 1"),
        ("workers = 2.0", "'workers' is 2.0: Input should be a valid integer"),
        ("workers = true", "'workers' is True"),
        ("repeats = 0", "'repeats' is 0"),
        ("repeats = 1000001", "'repeats' is 1000001: Input should be less than or equal to 1000000"),
        ("retries = -1", "'retries' is -1"),
        ("time_limit = 0", "'time_limit' is 0.0: Input should be greater than 0"),
        ("time_limit = nan", "'time_limit' is nan; give a finite number"),
        ('time_limit = "1 h"', "'time_limit' is '1 h': Input should be a valid number"),
        ('forked = "yes"', "'forked' is 'yes': Input should be a valid boolean"),
        ('report = ""', "'report' is '': String should have at least 1 character"),
        ("out = 3", "'out' is 3: Input should be a valid string"),
        ('out = ""', "'out' is ''"),
        ('out = "a\\u0000b"', "'out' contains a zero byte"),
        ("grid = [1]", r"'grid' is \[1\]: Input should be a valid dictionary"),
        ("zip = 3", "'zip' is 3: Input should be a valid list"),
        ("zip = [1]", "'zip.0' is 1"),
        ("exclude = {n = 1}", "'exclude' is {'n': 1}: Input should be a valid list"),
        ("parameters = 1", "'parameters' is 1"),
        ("parameters.when = 1979-05-27", r"'parameters.when' is 1979-05-27 \(date\); give it as a text"),
        ("grid.x = [07:32:00]", r"'grid.x' is 07:32:00 \(time\)"),
        ("parameters.options.x = inf", "'parameters.options.x' is inf; give a finite number"),
        ("parameters.seed = 9223372036854775808", "'parameters.seed' is a number of more than 64 bits"),
        (f"parameters.seed = 0x{'f' * 9000}", "a number of more than 64 bits"),
        (f"parameters.seed = {'9' * 9000}", "is not valid TOML"),
        (f"parameters.{'a.' * 900}b = 1", "nested more than 20 deep; make it flatter"),
        (f"grid.a = {'[' * 60}1{']' * 60}", "nested more than 20 deep"),
        (f"grid.a = {'[' * 50_000}", "is not valid TOML"),
        (f"grid.a = {'{a=' * 50_000}", "is not valid TOML"),
        ("grid = ", "is not valid TOML .*Invalid value"),
        ("a = 1\na = 2", "is not valid TOML .*overwrite"),
        (b"\xff\xfe", "is not valid TOML .*decode"),
        (f"workers = '{'x' * 100_000}'", "'workers' is 'xxx"),
    ],
)
def test_what_is_wrong_is_one_clear_sentence(tmp_path, text, message):
    with pytest.raises(SweepError, match=message) as caught:
        of_text(tmp_path, text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_file_that_cannot_be_read(tmp_path):
    for path, message in (
        (tmp_path / "none.toml", r"cannot read .*none.toml \(No such file"),
        (tmp_path, r"cannot read .*\(Is a directory"),
        ("a\0b.toml", "cannot read"),
    ):
        with pytest.raises(SweepError, match=message):
            Settings.read(path)


def test_a_gigabyte_is_not_read(tmp_path):
    path = tmp_path / "sparse.toml"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    assert os.stat(path).st_blocks * 512 < 1 << 20  # noqa: PTH116 - of the disk it takes nothing
    with pytest.raises(SweepError, match="more than 10,485,760 bytes"):
        Settings.read(path)
    with pytest.raises(SweepError, match="more than 10,485,760 bytes"):
        Settings.read("/dev/zero")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*Settings.model_fields, "other"]), JSON, max_size=4))
def test_anything_is_settings_or_one_sentence(given):
    try:
        settings, said = Settings.of(given), ""
    except SweepError as error:
        settings, said = None, str(error)
    assert "\n" not in said
    assert settings is None or Settings.of(settings.model_dump()) == settings

"""LearnerArena without a browser: the arrays sent, the summary, and the requests."""

import json

import numpy as np
import pytest

from metawidgets.analysis import paired_interval
from metawidgets.errors import EpisodeError, LearnerError
from metawidgets.widgets import LearnerArena, Selection
from metawidgets.widgets.base.episode_facts import episode_key
from metawidgets.widgets.base.sealing import sealed, unsealed
from metawidgets.widgets.learner_arena.picture import arena_chart
from tests.widgets.examples import HOSTILE
from tests.widgets.made_comparisons import arena, comparison, comparisons, curves, played, you


def test_the_summary_ranks_and_compares():
    text = arena().summary().split("\n")
    assert text[0] == "3 learners on 8 episodes: tiles, 3-way 1-shot."
    assert text[1].startswith("  Right: 100 ± 0 % over 8 episodes, 3 ms an episode")
    # The differences are 0, 1, 2 and 3 twelfths, each twice, so the mean is 1.5 / 12 and the half width is 1.96 s / sqrt(8).
    d = -np.array([0, 1, 2, 3] * 2) / 12
    half = 1.96 * d.std(ddof=1) / np.sqrt(8)
    expected = f"-12.5 ({100 * (d.mean() - half):+.3g} to {100 * (d.mean() + half):+.3g}) points against Right, clear."
    assert text[2].endswith(expected)
    assert HOSTILE in text[3]


def test_the_reference_is_ones_choice_and_the_person_counts_too():
    made = arena(reference="Last wrong")
    assert "+12.5" in made.summary()
    assert "against Last wrong" in made.summary()
    keys = [episode_key(c.episode) for c in comparisons(3)]
    made.you = {
        keys[0]: {"score": 0.5, "seconds": 2},
        keys[2]: {"score": 0.75, "seconds": 3},
        "other": {"score": 1},
        keys[1]: "?",
    }
    assert made.your_scores() == {0: 0.5, 2: 0.75}
    assert "You: 62.5 ±" in made.summary()
    made.reference = "You"
    assert (
        "Right: 100 ± 0 % over 8 episodes, 3 ms an episode; +37.5 (+13 to +62) points against You, not clear"
        in made.summary()
    )


def test_differences_are_paired():
    made = arena()
    found = made.difference("Right", "Last wrong")
    expected = paired_interval(made.round.scores[0], made.round.scores[1])
    assert (found.mean, found.half_width) == (expected.mean, expected.half_width)
    with pytest.raises(EpisodeError, match="no learner here is called 'Lost'"):
        made.difference("Lost", "Right")


def test_what_is_sent_can_be_read_back():
    made = LearnerArena.from_dict(json.loads(json.dumps(arena().to_dict())))
    given, found = played(), made.round
    for name in ("scores", "seconds", "by_shots", "by_steps"):
        np.testing.assert_allclose(getattr(found, name), getattr(given, name), rtol=1e-6)
    assert (found.names, found.seeds, found.shots) == (given.names, given.seeds, given.shots)
    assert made.able == []
    with pytest.raises(EpisodeError, match="restored without its learners"):
        made.play_more(1)


def test_an_episode_that_was_not_sent_is_played_again():
    made = arena(play=True)
    assert set(made.config["episodes"]) == {"0", "1", "2"}
    made._on_request(made, {"id": 1, "action": "open", "params": {"index": 6}}, [])
    assert (made.opened, made.error) == (6, "")
    assert set(made.config["episodes"]) == {"0", "1", "2", "6"}
    np.testing.assert_array_equal(made.unpack()["6.answers"][1], comparison(6).answers[1].answers)
    assert made.config["keys"][6] == episode_key(comparison(6).episode)
    assert "Opened: episode 6 (seed 7, 6)" in made.summary()


@pytest.mark.parametrize("index", [8, -1, True, None, "0", 1.5, [0]])
def test_an_episode_that_is_none_is_refused(index):
    made = arena(play=True)
    made._on_request(made, {"id": 1, "action": "open", "params": {"index": index}}, [])
    assert "the episode should be a whole number from 0 to 7" in made.error
    assert made.opened == -1


def test_more_episodes_are_those_that_follow():
    made = arena(play=True, reference="Last wrong")
    before = made.round
    made.do_more(3)
    assert made._background.wait(10)
    after = made.round
    assert after.n_episodes == 11
    np.testing.assert_array_equal(after.scores[:, :8], before.scores)
    np.testing.assert_allclose(after.scores[1, 8:], 1 - np.array([0, 1, 2]) / 12)
    assert made.config["label"].startswith("3 learners on 11 episodes")
    assert after.seeds[-1] == (7, 10)
    assert all(made.config["keys"])
    assert made.progress == {}
    for n in (0, 1001, "3"):
        made._on_request(made, {"id": 2, "action": "more", "params": {"n": n}}, [])
        assert "number of further episodes should be a whole number from 1 to 1000" in made.error


def test_a_learner_that_fails_leaves_the_round_as_it_was():
    def fail(index):
        raise LearnerError("this learner is tired; let it rest.")

    made = LearnerArena(played(), {}, fail)
    before = made.to_dict()
    made.do_more(2)
    assert made._background.wait(10)
    assert made.error == "this learner is tired; let it rest."
    assert made.to_dict() == before


def test_errors_are_compared_too():
    from metawidgets.records import ArenaRound

    made = LearnerArena(ArenaRound.of(["good", "off"], curves(), k_shot=3, shots=(1, 2, 3)), dict(enumerate(curves())))
    assert made.ranking() == ["good", "off"]
    assert made.config["kind"] == "curve"
    assert made.summary().split("\n")[2].startswith("  off: 4 ± 0 over 2 episodes")
    np.testing.assert_allclose(made.unpack()["1.curves"][1] - made.unpack()["1.curves"][0], 2)
    assert len(made.png()) > 1000


def test_what_does_not_belong_is_refused():
    with pytest.raises(TypeError, match="shows an ArenaRound"):
        LearnerArena(comparisons())  # pyright: ignore[reportArgumentType]
    with pytest.raises(EpisodeError, match="opened has episode 9, but the round has 8"):
        LearnerArena(played(), {9: comparison()})
    with pytest.raises(EpisodeError, match="answers of 2 learners, but the round has 3"):
        LearnerArena(played(), {0: curves()[0]})


def test_a_person_joins():
    selection = Selection()
    made, person = arena(selection=selection), you(selection=selection)
    made.join(person)
    person.scores = {person.config["episodes"][1]["key"]: {"score": 0.25, "seconds": 1}}
    assert made.your_scores() == {1: 0.25}


def test_the_picture_changes_with_the_person():
    made = arena()
    before = made.png()
    made.you = {made.config["keys"][0]: {"score": 0.5, "seconds": 1}}
    assert made.png() != before


def test_what_is_sealed_comes_back_and_is_no_plain_text():
    values = {"truth": [0, 1, 2], "text": "héλlo </script>"}
    assert unsealed(sealed(values)) == values
    assert b"truth" not in sealed(values).tobytes()


def test_the_picture_has_a_dot_an_episode_and_the_means():
    made = arena()
    made.reference = "Lost"  # there is no such learner, so the best one is the reference
    chart = arena_chart(made.round, made.ranking(), made.reference, {0: 0.5}, "title").to_dict()
    rows = [row for data in chart["datasets"].values() for row in data]
    words = [row for row in rows if "said" in row]
    assert [row["name"] for row in words][-1] == "You"
    assert words[0]["apart"] == "reference"
    means = {row["y"]: row["x"] for row in rows if "low" in row}
    best = made.round.scores[made.round.names.index(made.ranking()[0])]
    assert means[min(means)] == pytest.approx(100 * best.mean())
    dots = [row for row in rows if set(row) == {"x", "y", "colour"}]
    assert len(dots) == made.round.scores.size + 1

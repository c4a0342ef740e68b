"""Navigation of a site's pages: contents, ids of headings, and links to the pages around them."""

from bs4 import BeautifulSoup

from metawidgets.reports.site_navigation import Neighbour, with_navigation

PAGE = """<body>
<main>
<section class="cell prose"><h1>Title</h1><h2>A <em>first</em> part</h2><p>Text.</p></section>
<section class="cell code"><div class="output"><div class="prose"><h2>Output</h2></div></div></section>
<section class="cell prose"><h2>Q &amp; A</h2><p>Text.</p><h2>Q &amp; A</h2></section>
</main>
<script>"<main></main>"</script>
</body>"""
BEFORE, AFTER = Neighbour("../a/a.html", "A < B"), Neighbour("../c/c.html", "C")


def test_contents_lead_to_the_headings_of_the_text():
    page = BeautifulSoup(with_navigation(PAGE, None, None), "html.parser")
    links = page.select("nav li a")
    assert [(str(link["href"]), link.get_text()) for link in links] == [
        ("#A-first-part", "A first part"),
        ("#Q-&-A", "Q & A"),
    ]
    for link in links:
        (heading,) = page.find_all(id=str(link["href"])[1:])
        assert heading.get_text() == link.get_text()
    assert page.select_one("nav h2") is None


def test_pages_lead_to_their_neighbours_at_both_ends():
    page = BeautifulSoup(with_navigation(PAGE, BEFORE, AFTER), "html.parser")
    for turn in (page.select_one("nav .site-turn"), page.select("main > .site-turn")[-1]):
        assert turn is not None
        assert [(a["href"], a.get_text()) for a in turn.find_all("a")] == [
            ("../index.html", "All notebooks"),
            ("../a/a.html", "← A < B"),
            ("../c/c.html", "C →"),
        ]
    first = BeautifulSoup(with_navigation(PAGE, None, AFTER), "html.parser")
    assert not first.select("a[rel=prev]")
    assert len(first.select("a[rel=next]")) == 2


def test_the_data_after_the_text_stay_as_they_are():
    assert with_navigation(PAGE, BEFORE, AFTER).count('<script>"<main></main>"</script>') == 1

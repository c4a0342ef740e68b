"""Put the Binder badge into the README, once the repository has a public address.

python docs/binder_badge.py OWNER/NAME
"""

import argparse
import re
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
FIRST = "lab/tree/notebooks/00_quickstart.ipynb"


def with_badge(readme: str, repository: str) -> str:
    """Return the README with the badge of a GitHub repository between its two `binder` marks.

    Raises:
        ValueError: if `repository` is not OWNER/NAME, or the README has no marks.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise ValueError(f"{repository!r} is not a repository; give OWNER/NAME.")
    address = f"https://mybinder.org/v2/gh/{repository}/HEAD?urlpath={FIRST}"
    badge = f"[![Binder](https://mybinder.org/badge_logo.svg)]({address}) opens the course in your browser; nothing is installed."
    text, n = re.subn(r"(<!-- binder -->\n).*?(\n<!-- /binder -->)", rf"\g<1>{badge}\g<2>", readme, flags=re.S)
    if n != 1:
        raise ValueError(f"the README has {n} places for the badge; it needs one pair of <!-- binder --> marks.")
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", help="OWNER/NAME on GitHub")
    options = parser.parse_args()
    try:
        text = with_badge(README.read_text(encoding="utf-8"), options.repository)
    except ValueError as error:
        parser.error(str(error))
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

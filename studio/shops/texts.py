"""Shops' descriptions are web pages' pieces; screens show plain text."""

from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "section"})
_SILENT = frozenset({"script", "style", "template", "head", "title"})
_TEXT = 20_000
_POINT = 1_000
_POINTS = 50


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.points: list[str] = []
        self._silent = 0
        self._in_point = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.lines.append("")
        if tag == "li":
            self._in_point += 1
            self.points.append("")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _BLOCKS:
            self.lines.append("")
        if tag == "li":
            self._in_point = max(0, self._in_point - 1)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.lines[-1] += data
        if self._in_point and self.points:
            self.points[-1] += data


def from_html(html: str) -> tuple[str, tuple[str, ...]]:
    """The text of a piece of HTML, a line a paragraph, and its bullets. Text without markup stays as it is."""
    if "<" not in html and "&" not in html:
        return html.replace("\x00", "")[:_TEXT], ()
    reader = _Reader()
    reader.feed(html[: _TEXT * 5].replace("\x00", ""))
    reader.close()
    lines = (" ".join(line.split()) for line in reader.lines)
    points = (" ".join(point.split())[:_POINT] for point in reader.points)
    return "\n".join(line for line in lines if line)[:_TEXT], tuple(p for p in points if p)[:_POINTS]

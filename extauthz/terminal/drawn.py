"""Text that is safe to show, with styles for the terminal in it."""


class Drawn(str):
    """A line that this package has drawn. What is joined to it makes it an ordinary text again."""

    __slots__ = ()

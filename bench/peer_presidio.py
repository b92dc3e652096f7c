"""Times Presidio's pattern recognizers on standard input. Runs in `.peers-venv`.

It prints the median seconds.
"""

import statistics
import sys
import time

from presidio_analyzer import PatternRecognizer, predefined_recognizers

KINDS = ("Us", "Email", "Ip", "CreditCard", "Medical", "Date", "Url", "Iban")


def main() -> None:
    """Time every recognizer that uses patterns and needs no language model."""
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    recognizers = []
    for name in dir(predefined_recognizers):
        kind = getattr(predefined_recognizers, name)
        if (
            isinstance(kind, type)
            and issubclass(kind, PatternRecognizer)
            and name.startswith(
                ("Us", "Email", "Ip", "CreditCard", "Medical", "Date", "Url", "Iban")
            )
        ):
            recognizers.append(kind())
    times = []
    for _ in range(5):
        start = time.perf_counter()
        for recognizer in recognizers:
            recognizer.analyze(text, recognizer.supported_entities, None)
        times.append(time.perf_counter() - start)
    print(statistics.median(times))


main()

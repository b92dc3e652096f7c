"""A folder of files that hold a hospital's data."""

import random
from pathlib import Path

GIVEN = "Ana Marcus Chukwu Linda Wei Fatima Olga Pedro".split()
FAMILY = "Ruiz Hollingsworth Okafor Petersen Zhang Haddad Ivanova Alvarez".split()


def fill(folder: Path, tables: int, rows: int, seed: int = 1) -> None:
    """Write so many tables, half of them without PHI, and a note beside each."""
    chance = random.Random(seed)  # noqa: S311 - made-up patients
    for number in range(tables):
        below = folder / f"ward{number % 7}"
        below.mkdir(parents=True, exist_ok=True)
        lines = ["mrn,full_name,dob,dx_code" if number % 2 else "sku,colour,price,stock"]
        for _ in range(rows):
            name = f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}"
            born = f"{chance.randint(1930, 2010)}-{chance.randint(1, 12):02}-11"
            lines.append(
                f"{chance.randint(10**6, 10**7)},{name},{born},E11.9"
                if number % 2
                else f"P-{chance.randint(100, 999)},red,{chance.randint(1, 99)}.50,7"
            )
        (below / f"table{number:03}.csv").write_text("\n".join(lines) + "\n")
        (below / f"note{number:03}.txt").write_text(f"Patient: {name}, type 2 diabetes")

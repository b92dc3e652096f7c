import pytest

import phiscan

PAGE = "We treat asthma and diabetes. Patients welcome. Call 937-342-0063. 3766 Mill Blvd, {} today"


def names(text):
    report = phiscan.scan(text.encode())
    return [f for f in report.findings if f.info_type == "PERSON_NAME"]


@pytest.mark.parametrize(
    "town", ["Oakhurst, ND 68595", "North Fernley, AR 66127-1632", "Brackenridge, NH  36767"]
)
def test_a_town_before_its_state_and_zip_code_is_no_name(town):
    assert names(PAGE.format(town)) == []

"""The page of `phiguard rest report --format html`, for an auditor."""

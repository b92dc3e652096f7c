"""What all tests share: how hypothesis judges time."""

from hypothesis import HealthCheck, settings

# How long an example takes says nothing on a busy machine. Speed is measured in `bench/`.
settings.register_profile(
    "untimed",
    settings.default,
    deadline=None,
    suppress_health_check={*settings.default.suppress_health_check, HealthCheck.too_slow},
)
settings.load_profile("untimed")

"""Import Envoy's schemas once, quietly: pydantic deprecates the way in which envoy-data-plane declares its validators."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import extauthz.demo.envoy_config  # noqa: F401 - imported for its effect

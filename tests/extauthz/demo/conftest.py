"""Import Envoy's schemas once, without their warnings.

envoy-data-plane declares its validators in a way that pydantic deprecates.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import extauthz.demo.envoy_config  # noqa: F401 - the import is the point

"""The operating system's errors as reasons."""

import errno
import os
from typing import Final

from atrest.source import ReadError, Reason

_REASONS: Final = {
    errno.EACCES: Reason.NOT_PERMITTED,
    errno.EPERM: Reason.NOT_PERMITTED,
    errno.ENOENT: Reason.GONE,
    errno.ENOTDIR: Reason.GONE,
    errno.ESTALE: Reason.GONE,
    errno.ELOOP: Reason.LINK_LOOP,
    errno.EIO: Reason.UNREACHABLE,
    errno.ENOTCONN: Reason.UNREACHABLE,
    errno.ECONNREFUSED: Reason.UNREACHABLE,
    errno.ETIMEDOUT: Reason.UNREACHABLE,
    errno.EHOSTUNREACH: Reason.UNREACHABLE,
}


def reason_of(error: OSError) -> Reason:
    """Return why a call failed."""
    return _REASONS.get(error.errno or 0, Reason.UNREACHABLE)


def from_os(error: OSError) -> ReadError:
    """Return the error of a unit. The text is that of the error's number, without a path."""
    return ReadError(reason_of(error), os.strerror(error.errno) if error.errno else "")

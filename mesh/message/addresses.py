"""IP addresses and address blocks, for peers that have no principal."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

_MAPPED: Final = 96  # bits before the IPv4 address in `::ffff:10.0.0.7`

Address = IPv4Address | IPv6Address
Block = IPv4Network | IPv6Network


def parse(text: str) -> Address | None:
    """The address; None when the text is not one.

    An IPv4 address in its IPv6 form (`::ffff:10.0.0.7`) becomes the IPv4 address.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def parse_block(text: str) -> Block | None:
    """The block `10.0.0.0/8`, or a block of one address.

    None when the text is not a block, or has bits set beyond the prefix length. An IPv4 block in
    its IPv6 form (`::ffff:10.0.0.0/104`) becomes the IPv4 block, because `parse` gives IPv4
    addresses: it would match none otherwise.
    """
    try:
        block = ip_network(text)
    except ValueError:
        return None
    mapped = block.network_address.ipv4_mapped if isinstance(block, IPv6Network) else None
    return (
        IPv4Network((mapped, block.prefixlen - _MAPPED))
        if mapped and block.prefixlen >= _MAPPED
        else block
    )

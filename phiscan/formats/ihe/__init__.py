"""IHE profiles in XML: metadata of document registries (ebRIM), and SAML assertions."""

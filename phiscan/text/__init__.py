"""Text: character sets, content codings, normalisation and byte offsets."""

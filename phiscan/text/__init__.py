"""Text: character sets, content codings, normalised letters and byte offsets."""

"""Data at rest: which file, table and column holds which identifiers, and is it encrypted?

Pure but for `atrest.readers`: what a source yields goes in, profiles and a catalogue come out. It
stands on `phiscan` and knows neither the mesh nor the guard.

    source.list ─> plan ─> source.read ─> examine (phiscan) ─> profile ─> catalogue ─> diff, policy
"""

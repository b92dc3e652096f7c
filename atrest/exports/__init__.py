"""The catalogue as other tools read it. Pure: kept units go in, text or bytes come out.

Each module yields its output in pieces, so a catalogue of a million units needs no memory. None of
them holds more than the catalogue: no value, no hash of one.
"""

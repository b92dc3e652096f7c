"""Columns with known truth: how well the catalogue of data at rest names what they hold.

`python -m bench.eval.at_rest` makes a synthetic hospital, reads it as `phiguard rest` does, and
prints recall and precision by class of column. People, numbers and texts are made from the
specifications and from lists of this folder and of `bench.eval.names`, never from the detectors'
own vocabulary.
"""

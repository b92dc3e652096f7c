"""People in prose: notes, letters, transcripts, messages. `people` finds them, `words` and `given_names` are its vocabulary."""

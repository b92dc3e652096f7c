"""People in prose: notes, letters, transcripts, messages. `names` finds them."""

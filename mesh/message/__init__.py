"""The facts of one message: who sends it, to whom, by which operation."""

"""Records: the ledger, spans, metrics, logs and observed edges."""

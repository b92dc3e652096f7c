"""`phiguard audit report`: what happened in a period, as one page for a reviewer."""

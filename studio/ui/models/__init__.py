"""Item models fed by change batches."""

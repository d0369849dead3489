//! Articles in, extractions out: in parallel, in order, in bounded memory.

//! Worlds of which the end is known.

//! Which address and which token are taken.

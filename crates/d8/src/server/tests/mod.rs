//! Tests of the server without its handlers.

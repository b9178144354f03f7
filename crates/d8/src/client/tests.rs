//! Calls against a stand-in.

//! A stand-in for an orchestrator, for the tests of the commands: it answers as it is told, and keeps what it was asked.

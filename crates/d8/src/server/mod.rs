//! The HTTP server: doors to the orchestrator. Handlers are thin; the router comes from a function without a socket.

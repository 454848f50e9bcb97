//! The language model through its real wire, with a server that misbehaves in every way we know; and its switch.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod model_server;
mod support;
mod switching;
mod wire;

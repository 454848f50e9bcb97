//! Where a request comes from, as far as it can be known.

use accounts::ClientAddress;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};
use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

/// The visitor's address, for the limit on how fast one place may ask. Never kept.
pub(crate) struct Client(pub Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Client, Infallible> {
        let told = parts.extensions.get::<ClientAddress>().map(|told| told.0);
        let socket = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Ok(Client(told.or_else(socket)))
    }
}

//! Looking up names, once, with every answer checked before anything connects.

use crate::{Refused, guard::Guard};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

/// The numbers of a name, when they come.
pub type LookUp = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Where names are looked up. The system's way is [`SystemNames`]; a test brings its own.
pub trait Names: Send + Sync + 'static {
    /// Every number that a name has.
    fn look_up(&self, name: &str) -> LookUp;
}

/// As the machine does it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn look_up(&self, name: &str) -> LookUp {
        let name = name.to_owned();
        Box::pin(
            async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) },
        )
    }
}

/// Names behind the guard: one bad answer among good ones is a refusal, since whoever owns the name chose to give it.
#[derive(Clone)]
pub(crate) struct CheckedNames {
    pub(crate) names: Arc<dyn Names>,
    pub(crate) guard: Arc<Guard>,
}

impl CheckedNames {
    pub(crate) async fn look_up(&self, host: &str) -> Result<Vec<IpAddr>, Refused> {
        let not_found = || Refused::NotFound { host: host.to_owned() };
        let numbers = self.names.look_up(host).await.map_err(|_| not_found())?;
        if numbers.is_empty() {
            return Err(not_found());
        }
        numbers.iter().try_for_each(|number| self.guard.check_number(*number, host))?;
        Ok(numbers)
    }
}

impl Resolve for CheckedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let numbers = names.look_up(name.as_str()).await?;
            let addresses: Addrs = Box::new(numbers.into_iter().map(|number| SocketAddr::new(number, 0)));
            Ok(addresses)
        })
    }
}

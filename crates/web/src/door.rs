//! A door: routes, each with the action that opens it. What is not open to somebody is refused before the room sees it,
//! and a test can walk every route as everybody.

use crate::input::FormLimit;
use access::{Act, Action, Actor, Denied, May, On};
use axum::{
    Extension, Router,
    extract::{FromRequestParts, Request},
    handler::Handler,
    http::{Method, request::Parts},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use std::convert::Infallible;

/// Routes with what they ask for.
pub struct Door<S = ()> {
    router: Router<S>,
    routes: Vec<Route>,
}

/// One way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// GET or POST.
    pub method: Method,
    /// The pattern, such as `/admin/people/{id}`.
    pub path: &'static str,
    /// What one must be allowed to do.
    pub action: Action,
}

impl<S: Clone + Send + Sync + 'static> Default for Door<S> {
    fn default() -> Door<S> {
        Door::new()
    }
}

impl<S: Clone + Send + Sync + 'static> Door<S> {
    /// A door without any way in.
    pub fn new() -> Door<S> {
        Door { router: Router::new(), routes: Vec::new() }
    }

    /// A page that is looked at: `.get::<SeeAudit, _, _>("/admin/audit", search_audit::get)`.
    #[must_use]
    pub fn get<A: Act, H: Handler<T, S>, T: 'static>(self, path: &'static str, handler: H) -> Door<S> {
        self.add::<A>(Method::GET, path, axum::routing::get(handler))
    }

    /// A form that is sent.
    #[must_use]
    pub fn post<A: Act, H: Handler<T, S>, T: 'static>(self, path: &'static str, handler: H) -> Door<S> {
        self.add::<A>(Method::POST, path, axum::routing::post(handler))
    }

    /// A form that may be larger than the others, such as a whole text that staff write.
    #[must_use]
    pub fn post_large<A: Act, H: Handler<T, S>, T: 'static>(
        self,
        path: &'static str,
        limit: FormLimit,
        handler: H,
    ) -> Door<S> {
        self.add::<A>(Method::POST, path, axum::routing::post(handler).layer(Extension(limit)))
    }

    fn add<A: Act>(mut self, method: Method, path: &'static str, methods: MethodRouter<S>) -> Door<S> {
        self.routes.push(Route { method, path, action: A::ACTION });
        // What is everybody's is not looked at twice: the public pages stay as quick as they are.
        let methods = if A::ACTION.is_open_to(&Actor::Visitor) {
            methods
        } else {
            methods.layer(from_fn(async |who: Who, request: Request, next: Next| {
                if A::ACTION.is_open_to(&who.actor) {
                    next.run(request).await
                } else {
                    turned_away(Denied { action: A::ACTION, signed_in: who.actor.is_signed_in() })
                }
            }))
        };
        self.router = self.router.route(path, methods);
        self
    }

    /// With what the handlers are given.
    pub fn with_state<T: Clone + Send + Sync + 'static>(self, state: S) -> Door<T> {
        Door { router: self.router.with_state(state), routes: self.routes }
    }

    /// Both doors' ways in.
    #[must_use]
    pub fn and(mut self, other: Door<S>) -> Door<S> {
        self.routes.extend(other.routes);
        self.router = self.router.merge(other.router);
        self
    }

    /// Every way in, for the policy's test.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// To be mounted.
    pub fn into_router(self) -> Router<S> {
        self.router
    }
}

/// Who asks. The house puts it on the request where a door needs it; without it, it is a visitor.
#[derive(Clone, Debug)]
pub struct Who {
    /// Who.
    pub actor: Actor,
}

impl Who {
    /// Asks for the right to do `A`; `?` turns away who has it not.
    pub fn may<A: Act>(&self, on: On) -> Result<May<A>, Denied> {
        May::decide(&self.actor, on)
    }
}

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Who, Infallible> {
        Ok(parts.extensions.get::<Who>().cloned().unwrap_or(Who { actor: Actor::Visitor }))
    }
}

/// The doors that are open to whoever asks, for the header of the page that answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doors {
    council: bool,
    provider: bool,
    here: &'static str,
}

const DOORS: [(&str, &str); 3] =
    [("/admin", "Council"), ("/provider", "My entries"), ("/account", "Account")];

impl Doors {
    /// Address, words, and whether the page stands behind it.
    pub fn links(self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        let open = [self.council, self.provider, true];
        DOORS
            .into_iter()
            .zip(open)
            .filter(|(_, open)| *open)
            .map(move |((href, words), _)| (href, words, href == self.here))
    }
}

tokio::task_local! {
    static OPEN: Doors;
}

/// Answers a request of somebody who is known. Every page that is made meanwhile has the header of their doors, so that
/// none of a hundred handlers can forget it; public pages are kept for everybody and are never made here.
pub async fn with_doors<T>(who: &Who, path: &str, answer: impl Future<Output = T>) -> T {
    let here = DOORS.iter().map(|(href, _)| *href).find(|href| path.starts_with(href)).unwrap_or_default();
    let doors = Doors {
        council: Action::OpenCouncilDoor.is_open_to(&who.actor),
        provider: Action::OpenProviderDoor.is_open_to(&who.actor),
        here,
    };
    OPEN.scope(doors, answer).await
}

pub(crate) fn doors() -> Option<Doors> {
    OPEN.try_with(|doors| *doors).ok()
}

/// Rides on a response to the shell, which sends a visitor to sign in and tells anybody else plainly.
#[derive(Clone, Copy)]
pub(crate) struct TurnedAway(pub Denied);

pub(crate) fn turned_away(denied: Denied) -> Response {
    let mut response = axum::http::StatusCode::FORBIDDEN.into_response();
    response.extensions_mut().insert(TurnedAway(denied));
    response
}

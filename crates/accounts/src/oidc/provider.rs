//! The council's provider over the network: what it says of itself, its keys, and the answer to a code.

use crate::oidc::{
    config::OidcConfig,
    model::{Address, Identity, Refused, known_methods},
};
use access::{Role, Roles};
use anyhow::Context;
use kernel::{Email, Fault, Instant};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AsyncHttpClient, AuthType, AuthorizationCode,
    ClaimsVerificationError, Client, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpClientError, HttpRequest, HttpResponse, IdToken,
    IdTokenClaims, IdTokenFields, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, RequestTokenError,
    Scope, SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, SubjectIdentifier,
    TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
        CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
    http, reqwest,
};
use serde::{Deserialize, Serialize};
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};
use url::Url;

/// How long what the provider says of itself is believed.
const BELIEVED_MINUTES: i64 = 60;
/// When it does not answer, what it said before is still used this long.
const BELIEVED_AT_MOST_HOURS: i64 = 24;
/// A token with a key we do not know makes us ask for the keys again, but not more often than this: anybody could
/// send us such tokens.
const KEYS_ASKED_AGAIN_SECONDS: i64 = 60;
/// A token may be issued this far in our future: two clocks are never quite the same.
const CLOCK_APART_MINUTES: i64 = 5;
/// The longest answer that is read.
const ANSWER_LIMIT: usize = 1024 * 1024;
/// How long one question may take. A sign-in asks up to four, and no page works longer than 20 seconds.
const PATIENCE: Duration = Duration::from_secs(4);

/// Signatures with a public key only. `none` and those that share a secret are not among them, whatever the provider
/// says it can do.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The council's provider.
pub(crate) struct Provider {
    pub(crate) config: OidcConfig,
    group_roles: Vec<(String, Role)>,
    caller: Caller,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    described: Option<(Arc<ProviderMetadataWithLogout>, Instant)>,
    keys_asked_again: Option<Instant>,
}

/// The secrets of one sign-in.
#[derive(Clone)]
pub(crate) struct Secrets {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

impl Provider {
    pub(crate) fn new(config: &OidcConfig) -> Result<Provider, Fault> {
        config.check()?;
        // A redirect could lead the request, with its secret, to another server.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(2))
            .timeout(PATIENCE)
            .build()
            .context("making the client for the council's sign-in")?;
        Ok(Provider {
            group_roles: config.group_roles()?,
            caller: Caller { http, config: config.clone() },
            config: config.clone(),
            known: Mutex::default(),
        })
    }

    /// Where the browser is sent to sign in.
    pub(crate) async fn sign_in_address(
        &self,
        secrets: &Secrets,
        come_back_to: &str,
        now: Instant,
    ) -> Result<Url, Refused> {
        let client = self.client(&*self.describe(now).await?, come_back_to)?;
        let (state, nonce) = (secrets.state.clone(), secrets.nonce.clone());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&secrets.verifier());
        let scopes = self.config.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new);
        let (address, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(scopes)
            .set_pkce_challenge(challenge)
            .url();
        Ok(address)
    }

    /// Where the browser is sent to sign out at the provider too, when it offers that. `token` is that of the sign-in;
    /// without it the provider may ask whether they mean it.
    pub(crate) async fn sign_out_address(
        &self,
        come_back_to: &str,
        token: Option<&str>,
        now: Instant,
    ) -> Option<Url> {
        let described = self.describe(now).await.ok()?;
        let address = described.additional_metadata().end_session_endpoint.clone()?;
        if !self.config.may_be_spoken_to(address.url()) {
            return None;
        }
        let request = LogoutRequest::from(address)
            .set_client_id(ClientId::new(self.config.client_id.clone()))
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(come_back_to.to_owned()).ok()?);
        let mut address = request.http_get_url();
        if let Some(token) = token {
            address.query_pairs_mut().append_pair("id_token_hint", token);
        }
        Some(address)
    }

    /// Hands in the code and checks everything about the answer. Gives the token as well, as it came.
    pub(crate) async fn exchange(
        &self,
        code: String,
        secrets: &Secrets,
        come_back_to: &str,
        now: Instant,
    ) -> Result<(Identity, String), Refused> {
        let described = self.describe(now).await?;
        let client = self.client(&described, come_back_to)?;
        let tokens: Tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| refused("no token endpoint", Refused::ProviderDown))?
            .set_pkce_verifier(secrets.verifier())
            .request_async(&self.caller)
            .await
            .map_err(exchange_refused)?;
        let token = tokens.id_token().ok_or_else(|| refused("no ID token", Refused::NotAccepted))?;
        let nonce = Nonce::new(secrets.nonce.clone());
        let claims = match self.check(&client, token, &tokens, &nonce, now) {
            Err(Unchecked::UnknownKey) => {
                let described = self.describe_again(now).await?;
                let client = self.client(&described, come_back_to)?;
                self.check(&client, token, &tokens, &nonce, now).map_err(Unchecked::into_refused)?
            }
            checked => checked.map_err(Unchecked::into_refused)?,
        };
        let more = self.more_about(&client, claims, tokens.access_token()).await?;
        Ok((self.identity(claims, more.as_ref()), token.to_string()))
    }

    fn check<'t>(
        &self,
        client: &OidcClient,
        token: &'t Token,
        tokens: &Tokens,
        nonce: &Nonce,
        now: Instant,
    ) -> Result<&'t Claims, Unchecked> {
        let time = SystemTime::from(now);
        let latest = now + jiff_minutes(CLOCK_APART_MINUTES);
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(SIGNATURES)
            .set_time_fn(move || time.into())
            .set_issue_time_verifier_fn(move |issued| {
                if issued.timestamp() > latest.as_second() {
                    Err("from the future".to_owned())
                } else {
                    Ok(())
                }
            });
        let claims = token.claims(&verifier, nonce).map_err(Unchecked::of)?;
        // The library leaves 'azp' to us: a token that was made for somebody else must not be taken.
        let ours = |party: &ClientId| party.as_str() == self.config.client_id;
        let party_is_wrong = match claims.authorized_party() {
            Some(party) => !ours(party),
            None => claims.audiences().len() > 1,
        };
        if party_is_wrong {
            return Err(Unchecked::Wrong("the authorised party"));
        }
        if let Some(expected) = claims.access_token_hash() {
            let wrong = Unchecked::Wrong("the access token's hash");
            let (Ok(signature), Ok(key)) = (token.signing_alg(), token.signing_key(&verifier)) else {
                return Err(wrong);
            };
            if AccessTokenHash::from_token(tokens.access_token(), signature, key).ok().as_ref()
                != Some(expected)
            {
                return Err(wrong);
            }
        }
        Ok(claims)
    }

    /// Many providers keep the address out of the token and give it when asked for it.
    async fn more_about(
        &self,
        client: &OidcClient,
        claims: &Claims,
        access: &AccessToken,
    ) -> Result<Option<MoreClaims>, Refused> {
        let groups_said = self
            .config
            .groups
            .as_ref()
            .is_none_or(|groups| claims.additional_claims().all.contains_key(&groups.claim));
        if self.email_of(Said::InToken(claims)).is_some() && groups_said {
            return Ok(None);
        }
        if client.user_info_url().is_none() {
            return Ok(None);
        }
        // The answer must be about the person of the token.
        let subject = SubjectIdentifier::new(claims.subject().to_string());
        let request = client
            .user_info(access.clone(), Some(subject))
            .map_err(|_| refused("no user info", Refused::ProviderDown))?;
        match request.request_async::<OtherClaims, _, CoreGenderClaim>(&self.caller).await {
            Ok(more) => Ok(Some(more)),
            Err(openidconnect::UserInfoError::Request(_)) => Err(refused("user info", Refused::ProviderDown)),
            Err(_) => Err(refused("user info", Refused::NotAccepted)),
        }
    }

    fn identity(&self, claims: &Claims, more: Option<&MoreClaims>) -> Identity {
        let said = [Some(Said::InToken(claims)), more.map(Said::WhenAsked)];
        // The word that an address is checked counts only for the answer that holds the address.
        let found = said.into_iter().flatten().find_map(|said| Some((self.email_of(said)?, said)));
        let verified = |said: Said<'_>| self.config.trust_email || said.email_is_verified();
        let name = said.into_iter().flatten().find_map(Said::name).unwrap_or_default();
        Identity {
            issuer: self.config.issuer.clone(),
            subject: claims.subject().to_string(),
            address_is: match found {
                Some((_, said)) if verified(said) => Address::Verified,
                _ => Address::OnlySaid,
            },
            email: found.and_then(|(email, _)| email.parse::<Email>().ok()),
            name: name
                .chars()
                .filter(|letter| !letter.is_control())
                .take(100)
                .collect::<String>()
                .trim()
                .to_owned(),
            by_group: self.config.groups.as_ref().map(|groups| {
                let claim = |said: Said<'_>| said.other().get(&groups.claim).cloned();
                self.roles_of(said.into_iter().flatten().find_map(claim))
            }),
            methods: known_methods(
                claims.auth_method_refs().into_iter().flatten().map(|method| method.as_str()),
            ),
        }
    }

    fn email_of<'c>(&self, said: Said<'c>) -> Option<&'c str> {
        match self.config.email_claim.as_str() {
            "email" => said.email(),
            "preferred_username" => said.user_name(),
            other => said.other().get(other)?.as_str(),
        }
    }

    fn roles_of(&self, groups: Option<serde_json::Value>) -> Roles {
        let named: Vec<String> = match groups {
            Some(serde_json::Value::String(one)) => vec![one],
            Some(serde_json::Value::Array(many)) => {
                many.iter().filter_map(|group| group.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        };
        self.group_roles.iter().filter(|(group, _)| named.contains(group)).map(|(_, role)| *role).collect()
    }

    async fn describe(&self, now: Instant) -> Result<Arc<ProviderMetadataWithLogout>, Refused> {
        let known = self.known(|known| known.described.clone());
        if let Some((described, at)) = &known
            && now < *at + jiff_minutes(BELIEVED_MINUTES)
        {
            return Ok(described.clone());
        }
        match self.discover(now).await {
            Ok(described) => Ok(described),
            Err(refused) => match known {
                Some((described, at)) if now < at + jiff_minutes(60 * BELIEVED_AT_MOST_HOURS) => {
                    Ok(described)
                }
                _ => Err(refused),
            },
        }
    }

    /// For a key we do not know: the provider may have changed its keys since.
    async fn describe_again(&self, now: Instant) -> Result<Arc<ProviderMetadataWithLogout>, Refused> {
        let again = |last: Instant| last + jiff::SignedDuration::from_secs(KEYS_ASKED_AGAIN_SECONDS);
        let may_ask = self.known(|known| {
            let may_ask = known.keys_asked_again.is_none_or(|last| now >= again(last));
            if may_ask {
                known.keys_asked_again = Some(now);
            }
            may_ask
        });
        if !may_ask {
            return Err(refused(
                "an unknown key, and the keys were asked for just now",
                Refused::NotAccepted,
            ));
        }
        self.discover(now).await
    }

    async fn discover(&self, now: Instant) -> Result<Arc<ProviderMetadataWithLogout>, Refused> {
        let issuer = IssuerUrl::new(self.config.issuer.clone())
            .map_err(|_| refused("the issuer's address", Refused::ProviderDown))?;
        let described = ProviderMetadataWithLogout::discover_async(issuer, &self.caller)
            .await
            .map_err(|_| refused("discovery", Refused::ProviderDown))?;
        let described = Arc::new(described);
        self.known(|known| known.described = Some((described.clone(), now)));
        Ok(described)
    }

    fn known<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        // What is inside is whole at every moment, also after a panic elsewhere.
        look(&mut self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn client(
        &self,
        described: &ProviderMetadataWithLogout,
        come_back_to: &str,
    ) -> Result<OidcClient, Refused> {
        if !self.config.may_be_spoken_to(described.authorization_endpoint().url()) {
            return Err(refused("an authorisation endpoint without TLS", Refused::ProviderDown));
        }
        let come_back_to = RedirectUrl::new(come_back_to.to_owned())
            .map_err(|_| refused("our own address", Refused::NotReady))?;
        let by_form_only = described.token_endpoint_auth_methods_supported().is_some_and(|ways| {
            ways.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !ways.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        let client = OidcClient::from_provider_metadata(
            described.clone(),
            ClientId::new(self.config.client_id.clone()),
            Some(ClientSecret::new(self.config.client_secret.clone())),
        )
        .set_redirect_uri(come_back_to);
        Ok(if by_form_only { client.set_auth_type(AuthType::RequestBody) } else { client })
    }
}

impl Secrets {
    fn verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.verifier.clone())
    }
}

/// What one of the provider's two answers says.
#[derive(Clone, Copy)]
enum Said<'c> {
    InToken(&'c Claims),
    WhenAsked(&'c MoreClaims),
}

impl<'c> Said<'c> {
    fn email(self) -> Option<&'c str> {
        match self {
            Said::InToken(claims) => claims.email(),
            Said::WhenAsked(claims) => claims.email(),
        }
        .map(|email| email.as_str())
    }

    fn email_is_verified(self) -> bool {
        match self {
            Said::InToken(claims) => claims.email_verified(),
            Said::WhenAsked(claims) => claims.email_verified(),
        }
        .unwrap_or(false)
    }

    fn user_name(self) -> Option<&'c str> {
        match self {
            Said::InToken(claims) => claims.preferred_username(),
            Said::WhenAsked(claims) => claims.preferred_username(),
        }
        .map(|name| name.as_str())
    }

    fn name(self) -> Option<String> {
        match self {
            Said::InToken(claims) => claims.name(),
            Said::WhenAsked(claims) => claims.name(),
        }
        .and_then(|name| name.get(None))
        .map(|name| name.to_string())
    }

    fn other(self) -> &'c serde_json::Map<String, serde_json::Value> {
        match self {
            Said::InToken(claims) => &claims.additional_claims().all,
            Said::WhenAsked(claims) => &claims.additional_claims().all,
        }
    }
}

/// Why a token was not taken.
enum Unchecked {
    UnknownKey,
    OutOfTime,
    Wrong(&'static str),
}

impl Unchecked {
    fn of(error: ClaimsVerificationError) -> Unchecked {
        use ClaimsVerificationError as Error;
        match error {
            // With one key and no name for it, a new key shows itself by a signature that does not fit.
            Error::SignatureVerification(
                SignatureVerificationError::NoMatchingKey
                | SignatureVerificationError::CryptoError(_)
                | SignatureVerificationError::AmbiguousKeyId(_),
            ) => Unchecked::UnknownKey,
            Error::Expired(_) => Unchecked::OutOfTime,
            Error::SignatureVerification(_) => Unchecked::Wrong("the signature"),
            Error::InvalidAudience(_) => Unchecked::Wrong("the audience"),
            Error::InvalidIssuer(_) => Unchecked::Wrong("the issuer"),
            Error::InvalidNonce(_) => Unchecked::Wrong("the nonce"),
            Error::InvalidSubject(_) => Unchecked::Wrong("the subject"),
            _ => Unchecked::Wrong("something else"),
        }
    }

    fn into_refused(self) -> Refused {
        match self {
            Unchecked::UnknownKey => refused("the signature", Refused::NotAccepted),
            Unchecked::OutOfTime => refused("the time", Refused::Clock),
            Unchecked::Wrong(what) => refused(what, Refused::NotAccepted),
        }
    }
}

fn exchange_refused<E: std::error::Error>(
    error: RequestTokenError<E, StandardErrorResponse<CoreErrorResponseType>>,
) -> Refused {
    match error {
        RequestTokenError::Request(_) => refused("the token endpoint", Refused::ProviderDown),
        RequestTokenError::ServerResponse(answer) => match answer.error() {
            CoreErrorResponseType::InvalidGrant => refused("the code", Refused::StartedElsewhere),
            CoreErrorResponseType::InvalidClient => refused("our secret", Refused::NotAccepted),
            _ => refused("the exchange", Refused::NotAccepted),
        },
        _ => refused("the token endpoint's answer", Refused::NotAccepted),
    }
}

/// Says in the log which part it was, in our words: the provider's may hold anything.
fn refused(part: &'static str, refused: Refused) -> Refused {
    tracing::warn!(part, why = refused.key(), "a sign-in with the council's provider did not work");
    refused
}

fn jiff_minutes(minutes: i64) -> jiff::SignedDuration {
    jiff::SignedDuration::from_mins(minutes)
}

/// Speaks only to addresses it may, reads only so much, follows nothing.
struct Caller {
    http: reqwest::Client,
    config: OidcConfig,
}

impl<'c> AsyncHttpClient<'c> for Caller {
    type Error = HttpClientError<reqwest::Error>;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Self::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(Box::new)?;
            if !self.config.may_be_spoken_to(request.url()) {
                return Err(HttpClientError::Other("an address without TLS".to_owned()));
            }
            let mut response = self.http.execute(request).await.map_err(Box::new)?;
            let mut answer = http::Response::builder().status(response.status());
            for (name, value) in response.headers() {
                answer = answer.header(name, value);
            }
            let mut body = Vec::new();
            while let Some(part) = response.chunk().await.map_err(Box::new)? {
                if body.len() + part.len() > ANSWER_LIMIT {
                    return Err(HttpClientError::Other("an answer that is too long".to_owned()));
                }
                body.extend_from_slice(&part);
            }
            answer.body(body).map_err(HttpClientError::Http)
        })
    }
}

/// The claims that no standard names.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OtherClaims {
    #[serde(flatten)]
    all: serde_json::Map<String, serde_json::Value>,
}
impl AdditionalClaims for OtherClaims {}

type Claims = IdTokenClaims<OtherClaims, CoreGenderClaim>;
type MoreClaims = UserInfoClaims<OtherClaims, CoreGenderClaim>;
type Token =
    IdToken<OtherClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type Tokens = StandardTokenResponse<
    IdTokenFields<
        OtherClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;
type OidcClient = Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

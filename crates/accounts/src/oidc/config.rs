use access::{Role, Roles};
use anyhow::{Context, bail};
use kernel::Fault;
use serde::Deserialize;
use std::{collections::BTreeMap, fmt};
use url::{Host, Url};

/// How staff sign in with the council's own provider, as `hearth.toml` says it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    /// What the button says behind 'Sign in with', such as 'Halton Council sign-in'.
    pub name: String,
    /// The provider's address exactly as it calls itself, such as `https://login.example.org/tenant/v2.0`.
    pub issuer: String,
    /// What the provider calls this site.
    pub client_id: String,
    /// What this site proves itself with.
    pub client_secret: String,
    /// What is asked for besides `openid`.
    #[serde(default = "usual_scopes")]
    pub scopes: Vec<String>,
    /// The claim that holds the person's e-mail address.
    #[serde(default = "usual_email_claim")]
    pub email_claim: String,
    /// Set this only when every address the provider can give out is checked by the council itself: then
    /// `email_verified` need not be said. Never for a provider in which other organisations keep their own people.
    #[serde(default)]
    pub trust_email: bool,
    /// Which of the provider's groups make somebody what. Without it an administrator adds people by hand.
    #[serde(default)]
    pub groups: Option<GroupRoles>,
    /// Lets the provider be at `http://localhost`, for tests.
    #[serde(default)]
    pub allow_http_on_localhost: bool,
}

/// Groups of the provider and the roles they give.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRoles {
    /// The claim that lists a person's groups, such as `groups`.
    pub claim: String,
    /// Group to role: `"hub-editors" = "editor"`.
    pub roles: BTreeMap<String, String>,
}

fn usual_scopes() -> Vec<String> {
    vec!["email".to_owned(), "profile".to_owned()]
}

fn usual_email_claim() -> String {
    "email".to_owned()
}

impl fmt::Debug for OidcConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OidcConfig")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl OidcConfig {
    /// Says at the start what would otherwise fail at somebody's first sign-in.
    pub fn check(&self) -> Result<(), Fault> {
        for (what, value) in [
            ("name", &self.name),
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
            ("email_claim", &self.email_claim),
        ] {
            if value.trim().is_empty() {
                bail!("the council's sign-in needs a {what}");
            }
        }
        let issuer = Url::parse(&self.issuer).context("the issuer of the council's sign-in is no address")?;
        if !self.may_be_spoken_to(&issuer) {
            bail!("the issuer of the council's sign-in must begin with https://");
        }
        self.group_roles().map(|_| ())
    }

    /// Whether a secret may be sent to this address: with TLS, or on this machine where a test allows it.
    pub(crate) fn may_be_spoken_to(&self, address: &Url) -> bool {
        let on_this_machine = match address.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        match address.scheme() {
            "https" => true,
            "http" => self.allow_http_on_localhost && on_this_machine,
            _ => false,
        }
    }

    /// The groups that give roles.
    pub(crate) fn group_roles(&self) -> Result<Vec<(String, Role)>, Fault> {
        let Some(groups) = &self.groups else { return Ok(Vec::new()) };
        groups
            .roles
            .iter()
            .map(|(group, role)| {
                let role: Role = role.parse().with_context(|| format!("the role of the group {group}"))?;
                // A group of the council's directory says nothing of whose entries somebody keeps.
                if !role.needs_strong_sign_in() {
                    bail!("a group can only give a role of the council's staff, and {role} is not one");
                }
                Ok((group.clone(), role))
            })
            .collect()
    }

    /// Every role that groups decide: these are given and taken with the groups, the others are left as they are.
    pub(crate) fn roles_by_group(&self) -> Result<Roles, Fault> {
        Ok(self.group_roles()?.into_iter().map(|(_, role)| role).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(issuer: &str) -> OidcConfig {
        OidcConfig {
            name: "Example Council sign-in".to_owned(),
            issuer: issuer.to_owned(),
            client_id: "hearth".to_owned(),
            client_secret: "a secret".to_owned(),
            scopes: usual_scopes(),
            email_claim: usual_email_claim(),
            trust_email: false,
            groups: None,
            allow_http_on_localhost: false,
        }
    }

    #[test]
    fn a_provider_is_spoken_to_with_tls_or_on_this_machine_in_tests() {
        assert!(config("https://login.example.org").check().is_ok());
        for wrong in
            ["http://login.example.org", "http://localhost:1", "login.example.org", "ftp://localhost"]
        {
            assert!(config(wrong).check().is_err(), "{wrong}");
        }
        let in_tests = |issuer| OidcConfig { allow_http_on_localhost: true, ..config(issuer) }.check();
        assert!(in_tests("http://localhost:1").is_ok() && in_tests("http://127.0.0.1:1").is_ok());
        assert!(in_tests("http://localhost.example.org").is_err());
    }

    #[test]
    fn a_group_that_gives_a_role_nobody_has_stops_the_start() {
        let with = |role: &str| OidcConfig {
            groups: Some(GroupRoles {
                claim: "groups".to_owned(),
                roles: [("hub".to_owned(), role.to_owned())].into(),
            }),
            ..config("https://login.example.org")
        };
        assert!(with("editor").check().is_ok());
        assert!(with("king").check().is_err());
        assert!(with("family").check().is_err());
        assert!(!format!("{:?}", with("editor")).contains("a secret"));
    }
}

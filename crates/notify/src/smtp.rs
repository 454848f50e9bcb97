//! E-mail by a mail server. The talk is led step by step, because it matters in which step it broke: until the text has
//! been handed over the message was surely not taken; after it only an answer tells.

use crate::{
    channel::{Abilities, Channel, Letter, Working},
    config::{SmtpConfig, Tls},
    model::{Answer, Reason},
    wording,
};
use anyhow::Context;
use kernel::Fault;
use lettre::{
    Address,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailParameter},
    },
};
use std::time::Duration;
use tokio::time::timeout;

/// To reach the server and be let in.
const REACH_WITHIN: Duration = Duration::from_secs(20);
/// To take the text. RFC 5321 allows ten minutes; a server that needs so long is in doubt.
const HAND_OVER_WITHIN: Duration = Duration::from_secs(25);

pub(crate) struct Smtp {
    config: SmtpConfig,
    sender: Mailbox,
    tls: Option<TlsParameters>,
}

impl Smtp {
    pub(crate) fn new(config: SmtpConfig) -> Result<Smtp, Fault> {
        config.expect_sound()?;
        let tls = match config.tls {
            Tls::None => None,
            Tls::Starttls | Tls::Tls => {
                let mut builder = TlsParameters::builder(config.host.clone());
                if let Some(file) = &config.ca_file {
                    let pem = std::fs::read(file)
                        .with_context(|| format!("notify.smtp.ca_file {}", file.display()))?;
                    builder = builder.add_root_certificate(Certificate::from_pem(&pem)?);
                }
                Some(builder.build()?)
            }
        };
        let sender = config.sender()?;
        Ok(Smtp { config, sender, tls })
    }

    async fn send(&self, letter: &Letter) -> Answer {
        let (to, bytes) = match self.written(letter) {
            Ok(written) => written,
            Err(_) => return Answer::Never { reason: Reason::NoSuchAddress, unreachable: false },
        };
        let mut connection = match timeout(REACH_WITHIN, self.reach(to)).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(answer)) => return answer,
            Err(_) => return Answer::NotNow(Reason::NotReached),
        };
        let answer = match timeout(HAND_OVER_WITHIN, connection.message(&bytes)).await {
            Ok(Ok(_)) => Answer::Accepted { provider_id: None },
            Ok(Err(error)) if error.is_permanent() => {
                Answer::Never { reason: Reason::NotWanted, unreachable: false }
            }
            Ok(Err(error)) if error.is_transient() => Answer::NotNow(Reason::NotWanted),
            Ok(Err(_)) | Err(_) => Answer::None,
        };
        // What the server makes of the goodbye no longer matters.
        let _ = timeout(Duration::from_secs(2), connection.quit()).await;
        answer
    }

    /// Up to the point at which the server waits for the text.
    async fn reach(&self, to: Address) -> Result<AsyncSmtpConnection, Answer> {
        let not_reached = |error: Error| {
            tracing::warn!(error = %described(&error), "the mail server could not be reached");
            Answer::NotNow(if error.is_tls() { Reason::NotAllowed } else { Reason::NotReached })
        };
        let server = (self.config.host.as_str(), self.config.port());
        let hello = ClientId::Domain(self.sender.email.domain().to_owned());
        let at_once = self.tls.clone().filter(|_| self.config.tls == Tls::Tls);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(REACH_WITHIN), &hello, at_once, None)
                .await
                .map_err(not_reached)?;
        if let (Tls::Starttls, Some(tls)) = (self.config.tls, self.tls.clone()) {
            if !connection.can_starttls() {
                tracing::error!("the mail server does not offer STARTTLS, so nothing is sent to it");
                connection.abort().await;
                return Err(Answer::NotNow(Reason::NotAllowed));
            }
            // A line that breaks just here is rare; a certificate that we do not trust is what it mostly is.
            connection.starttls(tls, &hello).await.map_err(|error| {
                tracing::error!(error = %described(&error), "no secure connection to the mail server");
                Answer::NotNow(Reason::NotAllowed)
            })?;
        }
        if let (Some(name), Some(password)) = (&self.config.username, &self.config.password) {
            let credentials = Credentials::new(name.clone(), password.reveal().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(not_let_in)?;
        }
        let mut options = Vec::new();
        if !to.to_string().is_ascii() {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                connection.abort().await;
                return Err(Answer::Never { reason: Reason::NoSuchAddress, unreachable: false });
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        connection.command(Mail::new(Some(self.sender.email.clone()), options)).await.map_err(not_let_in)?;
        connection.command(Rcpt::new(to, Vec::new())).await.map_err(|error| {
            // 5.7 is a rule of the server, and says nothing of the address.
            let by_rule = described(&error).contains("5.7.");
            definite(&error, Answer::Never { reason: Reason::NoSuchAddress, unreachable: !by_rule })
        })?;
        connection.command(Data).await.map_err(|error| {
            definite(&error, Answer::Never { reason: Reason::NotWanted, unreachable: false })
        })?;
        Ok(connection)
    }

    /// The mail as it goes over the wire.
    fn written(&self, letter: &Letter) -> Result<(Address, Vec<u8>), Fault> {
        let to: Address = letter.to.parse()?;
        let html = format!(
            "<!doctype html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\"><title>{}</title></head><body>\n\
             <p><strong>{}</strong></p>\n{}</body></html>\n",
            wording::escape(&letter.subject),
            wording::escape(&letter.council_name),
            wording::html_of(&letter.body)
        );
        let sent_at = std::time::SystemTime::UNIX_EPOCH
            + Duration::from_secs(u64::try_from(letter.now.as_second()).unwrap_or_default());
        let mut builder = lettre::Message::builder()
            .from(self.sender.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(wording::one_line(&letter.subject))
            .date(sent_at)
            // The same at every try: a mail system that minds can drop a second copy.
            .message_id(Some(format!("<{}@{}>", letter.id, self.sender.email.domain())))
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()));
        if let Some(address) = &letter.stop_address {
            builder = builder
                .raw_header(raw("List-Unsubscribe", format!("<{address}>")))
                .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        let mail = builder.multipart(MultiPart::alternative_plain_html(letter.body.clone(), html))?;
        Ok((to, mail.formatted()))
    }
}

impl Channel for Smtp {
    fn abilities(&self) -> Abilities {
        Abilities { name: "smtp", can_look: false, keeps_words: false }
    }

    fn submit<'a>(&'a self, letter: &'a Letter) -> Working<'a, Answer> {
        Box::pin(self.send(letter))
    }
}

fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), wording::one_line(&value))
}

/// The door is shut for every message: a wrong password, or a sender the server does not know.
fn not_let_in(error: Error) -> Answer {
    if error.is_permanent() || error.is_client() {
        tracing::error!(error = %described(&error), "the mail server does not let us in");
        Answer::NotNow(Reason::NotAllowed)
    } else {
        Answer::NotNow(Reason::NotReached)
    }
}

/// Before the text was handed over every end is certain: refused for good, or surely not taken.
fn definite(error: &Error, refused: Answer) -> Answer {
    if error.is_permanent() {
        refused
    } else if error.is_transient() {
        Answer::NotNow(Reason::NotWanted)
    } else {
        Answer::NotNow(Reason::NotReached)
    }
}

/// What may be logged: the server's code and enhanced code, never its sentence, which often repeats the address.
fn described(error: &Error) -> String {
    let code = error.status().map(|code| code.to_string()).unwrap_or_default();
    let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let enhanced = source.split_whitespace().find(|word| {
        let mut parts = word.split('.');
        word.starts_with(['4', '5'])
            && parts.clone().count() == 3
            && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    });
    let kind = if error.is_timeout() {
        "too slow"
    } else if error.is_tls() {
        "no secure connection"
    } else if code.is_empty() {
        "no connection"
    } else {
        "refused"
    };
    format!("{kind} {code} {}", enhanced.unwrap_or_default()).trim().to_owned()
}

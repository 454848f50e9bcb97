//! Against a real mail server, `test-servers/smtp.mjs`, started by the test.

use crate::support::{LINK, REMINDER, ROOMS, Room, email};
use notify::{NotifyConfig, SmtpConfig, Tls};
use serde_json::Value;
use std::{path::PathBuf, process::Stdio, time::Duration};
use store::testing::both;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

struct MailServer {
    port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl MailServer {
    async fn start(arguments: &[&str]) -> MailServer {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../test-servers");
        assert!(
            folder.join("node_modules/smtp-server").is_dir(),
            "the mail server of the tests is not installed: run `npm ci` in test-servers (it wants Node.js 20 or newer)"
        );
        let mut child = Command::new("node")
            .arg("smtp.mjs")
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node is missing: install Node.js 20 or newer");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
        let port = first["listening"].as_u64().unwrap().try_into().unwrap();
        MailServer { port, lines, _child: child }
    }

    /// The next mail it was given.
    async fn next(&mut self) -> Value {
        let line = tokio::time::timeout(Duration::from_secs(20), self.lines.next_line()).await;
        serde_json::from_str(&line.expect("a mail comes within 20 seconds").unwrap().unwrap()).unwrap()
    }

    fn config(&self) -> SmtpConfig {
        SmtpConfig {
            host: "127.0.0.1".to_owned(),
            port: Some(self.port),
            username: None,
            password: None,
            from: "Halton family hubs <no-reply@hub.example.org>".to_owned(),
            tls: Tls::None,
            ca_file: None,
        }
    }
}

fn by_mail(smtp: SmtpConfig) -> NotifyConfig {
    NotifyConfig { smtp: Some(smtp), govuk_notify: None }
}

/// Headers unfolded, by their names in lower case; and the rest.
fn parts(mail: &Value) -> (Vec<(String, String)>, String) {
    let data = mail["data"].as_str().unwrap().replace("\r\n", "\n");
    let (head, body) = data.split_once("\n\n").unwrap();
    let head = head.replace("\n ", " ").replace("\n\t", " ");
    let headers = head
        .lines()
        .map(|line| line.split_once(':').map(|(a, b)| (a.to_lowercase(), b.trim().to_owned())).unwrap())
        .collect();
    (headers, body.to_owned())
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_plain_text_first_and_says_how_to_stop_only_where_one_can() {
    let mut server = MailServer::start(&[]).await;
    both(ROOMS, async |db| {
        let room = Room::open(db, by_mail(server.config())).await;
        let reminder = room.queue(&REMINDER, email("parent@example.org"), "Café <b>").await.unwrap();
        room.send().await;
        assert_eq!(room.standing(reminder).await, ("accepted".to_owned(), None, false));
        let link = room.queue(&LINK, email("parent@example.org"), "Sam").await.unwrap();
        room.send().await;
        assert_eq!(room.state(link).await, "accepted");
    })
    .await;
    for _ in 0..2 {
        let mail = server.next().await;
        assert_eq!(
            (mail["from"].as_str(), mail["to"][0].as_str()),
            (Some("no-reply@hub.example.org"), Some("parent@example.org"))
        );
        let (headers, body) = parts(&mail);
        let of =
            |name: &str| header(&headers, name).unwrap_or_else(|| panic!("{name} is missing: {headers:?}"));
        assert!(of("content-type").starts_with("multipart/alternative"));
        let (plain, html) = (body.find("text/plain").unwrap(), body.find("text/html").unwrap());
        assert!(plain < html, "plain text comes first");
        assert!(body[html..].contains("&lt;b&gt;") && !body[html..].contains("<b>"), "{body}");
        assert!(body[html..].contains("Halton family hubs"));
        assert_eq!(of("auto-submitted"), "auto-generated");
        assert!(of("message-id").ends_with("@hub.example.org>"));
        assert!(of("from").contains("Halton family hubs"));
        assert_eq!(of("date"), "Sun, 22 Nov 2026 09:00:00 +0000");
        assert!(of("list-unsubscribe").starts_with("<https://hub.example.org/notify/stop/"));
        assert_eq!(of("list-unsubscribe-post"), "List-Unsubscribe=One-Click");

        let (headers, body) = parts(&server.next().await);
        assert!(header(&headers, "list-unsubscribe").is_none());
        assert!(body.replace("=\n", "").contains("https://hub.example.org/sign-in/link/s3cret"), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_typed_can_add_a_header_or_a_recipient() {
    let mut server = MailServer::start(&[]).await;
    let typed = "Group\r\nBcc: thief@evil.example\r\n\r\n.\r\nMAIL FROM:<x@y.uk>\u{2028}X-Evil: 1";
    both(ROOMS, async |db| {
        let room = Room::open(db, by_mail(server.config())).await;
        let id = room.queue(&REMINDER, email("parent@example.org"), typed).await.unwrap();
        room.send().await;
        assert_eq!(room.state(id).await, "accepted");
    })
    .await;
    for _ in 0..2 {
        let mail = server.next().await;
        assert_eq!(mail["to"], serde_json::json!(["parent@example.org"]));
        let (headers, _) = parts(&mail);
        assert!(header(&headers, "bcc").is_none() && header(&headers, "x-evil").is_none(), "{headers:?}");
        assert!(header(&headers, "subject").unwrap().contains("Is Group Bcc: thief@evil. example"));
    }
    for address in ["parent@example.org\r\nBcc: x@y.uk", "parent@example.org,x@y.uk", "<parent@example.org>"]
    {
        assert!(address.parse::<kernel::Email>().is_err(), "{address:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_of_a_mail_server_has_its_end_and_a_dead_line_leaves_doubt() {
    let mut server = MailServer::start(&[]).await;
    both(ROOMS, async |db| {
        let room = Room::open(db, by_mail(server.config())).await;
        let send = async |to: &str| {
            let id = room.queue(&LINK, email(to), "Sam").await.unwrap();
            room.send().await;
            (id, room.standing(id).await)
        };
        let is = |state: &str, reason: Option<&str>, kept: bool| {
            (state.to_owned(), reason.map(str::to_owned), kept)
        };
        assert_eq!(send("refused@example.org").await.1, is("failed", Some("no_such_address"), false));
        assert_eq!(send("unwanted@example.org").await.1, is("failed", Some("not_wanted"), false));
        let (later, standing) = send("later@example.org").await;
        assert_eq!(standing, is("queued", None, true));

        let (dropped, standing) = send("dropped@example.org").await;
        assert_eq!(standing, is("in_doubt", Some("no_answer"), true));
        room.pass(3_600);
        room.send().await;
        assert_eq!(room.state(dropped).await, "in_doubt", "it is never sent again by itself");
        assert_eq!(room.state(later).await, "queued");
        assert!(room.notify.findings().await.unwrap().join(" ").contains("1 message is in doubt"));
    })
    .await;
    for _ in 0..2 {
        assert_eq!(server.next().await["to"][0], "unwanted@example.org");
        assert_eq!(server.next().await["to"][0], "dropped@example.org");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_starttls_with_a_password_and_never_without() {
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = (folder.path().join("key.pem"), folder.path().join("cert.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "30",
        ])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .args([&key, &PathBuf::from("-out"), &certificate])
        .stderr(Stdio::null())
        .status()
        .await
        .expect("openssl is missing: install it");
    assert!(made.success());
    let arguments = ["--key", key.to_str().unwrap(), "--cert", certificate.to_str().unwrap()];
    let mut server = MailServer::start(&arguments).await;
    let open = MailServer::start(&[]).await;
    let closed = |port: u16, password: &str, ca: bool| SmtpConfig {
        host: "localhost".to_owned(),
        port: Some(port),
        username: Some("hub".to_owned()),
        password: Some(password.to_owned().into()),
        tls: Tls::Starttls,
        ca_file: ca.then(|| certificate.clone()),
        ..server.config()
    };
    let tries = [
        (closed(server.port, "secret", true), "accepted"),
        (closed(server.port, "wrong", true), "queued"),
        (closed(server.port, "secret", false), "queued"),
        (closed(open.port, "secret", true), "queued"),
    ];
    let db = store::testing::sqlite(ROOMS).await;
    for (at, (config, state)) in tries.into_iter().enumerate() {
        db.write(|tx| tx.exec("delete from message_hold", &[])).await.unwrap();
        let room = Room::open(db.db.clone(), by_mail(config)).await;
        let id = room.queue(&LINK, email("parent@example.org"), "Sam").await.unwrap();
        room.send().await;
        assert_eq!(room.state(id).await, state, "try {at}");
        let shut = room.notify.findings().await.unwrap().join(" ").contains("does not let us in");
        assert_eq!(shut, state == "queued", "try {at}");
        db.write(|tx| tx.exec("delete from message", &[])).await.unwrap();
    }
    assert_eq!(server.next().await["secure"], true);
}

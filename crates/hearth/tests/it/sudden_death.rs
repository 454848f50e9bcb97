//! The binary itself, killed without warning: what was acknowledged is there, and nothing is there by half.

use crate::support::{between, runtime, tags};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};
use store::{Db, args};

#[test]
fn a_demonstration_killed_while_it_is_made_is_made_whole_the_next_time() {
    let whole = {
        let folder = tempfile::tempdir().unwrap();
        drop(Server::start(folder.path()));
        counts(folder.path())
    };
    assert!(whole.iter().all(|count| *count > 0), "{whole:?}");
    for bytes_written in [1, 40_000, 200_000, 1_000_000] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = spawn(folder.path());
        while written(folder.path()) < bytes_written && child.try_wait().unwrap().is_none() {
            thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let server = Server::start(folder.path());
        assert!(server.ask("GET /services/infant-feeding-team HTTP/1.1", "").contains("200 OK"));
        drop(server);
        assert_eq!(counts(folder.path()), whole, "killed after {bytes_written} bytes");
    }
}

#[test]
fn a_report_that_was_thanked_for_outlives_the_server() {
    let folder = tempfile::tempdir().unwrap();
    // The demonstration comes with reports of its own.
    let made = {
        drop(Server::start(folder.path()));
        references(folder.path()).len()
    };
    for round in 1..=3 {
        let server = Server::start(folder.path());
        let page = server.ask("GET /services/infant-feeding-team/report HTTP/1.1", "");
        let key = tags(&page).into_iter().find(|tag| tag.get("name") == Some("form_key")).unwrap();
        let body = format!("what=phone&words=round+{round}&form_key={}", key.get("value").unwrap());
        let thanked = server.ask("POST /services/infant-feeding-team/report HTTP/1.1", &body);
        drop(server);
        let reference = between(&thanked, "report?sent=", "\r\n").to_owned();
        assert_eq!(reference.len(), 8, "{thanked}");
        let kept = references(folder.path());
        assert_eq!((kept.len(), kept.last()), (made + round, Some(&reference)));
    }
}

/// Of every report that is kept, oldest first.
fn references(folder: &Path) -> Vec<String> {
    runtime().block_on(async {
        let db = Db::open(&url(folder)).await.unwrap();
        let kept: Vec<(String,)> = db
            .read(|tx| tx.all("select reference from problem_report order by reported_at", args![]))
            .await
            .unwrap();
        kept.into_iter().map(|(reference,)| reference).collect()
    })
}

#[test]
fn requests_no_browser_sends_do_not_stop_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let long = format!("GET /search?q={} HTTP/1.1", "a".repeat(100_000));
    let very_long = format!("GET /search?q={} HTTP/1.1", "a".repeat(2_000_000));
    for odd in [
        long.as_str(),
        very_long.as_str(),
        "GET / HTTP/9.9",
        "\u{0}\u{0}\u{0}",
        "GET",
        "POST /shortlist HTTP/1.1\r\nContent-Length: -1",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b",
    ] {
        let answer = server.ask(odd, "");
        let status = answer.split(' ').nth(1).unwrap_or_default().to_owned();
        assert!(!status.starts_with('5'), "{}: {status}", &odd[..odd.len().min(60)]);
    }
    assert!(server.ask("GET /healthz HTTP/1.1", "").contains("200 OK"));
}

/// `hearth demo` on a free port. Killed, never asked to stop, when it is dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Server {
        let mut child = spawn(folder);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let open = lines.map_while(Result::ok).find(|line| line.contains("Open http://"));
        let address = between(&open.expect("the server says where it is"), "http://", " ").to_owned();
        Server { child, address }
    }

    /// Sends a request and reads the answer to its end. A server that hangs up early has answered nothing.
    fn ask(&self, line: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let request = format!(
            "{line}\r\nHost: {}\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(folder: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_hearth"))
        .args(["demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder)
        .env("HEARTH_LOG", "error")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("hearth.db").display())
}

/// Bytes in the data folder.
fn written(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}

/// How much of each kind there is.
fn counts(folder: &Path) -> Vec<i64> {
    runtime().block_on(async {
        let db = Db::open(&url(folder)).await.unwrap();
        db.read(|tx| {
            let tables = [
                "council",
                "organization",
                "location",
                "service",
                "taxonomy_term",
                "postcode",
                "schedule",
                "attribute",
                "phone",
            ];
            tables
                .iter()
                .map(|table| {
                    tx.one::<(i64,)>(&format!("select count(*) from {table}"), args![]).map(|(count,)| count)
                })
                .collect()
        })
        .await
        .unwrap()
    })
}

#![allow(clippy::unwrap_used, reason = "a test may")]
//! The fetcher against a real server on this machine, which only a test's configuration lets it reach.

use fetch::{FetchConfig, Fetcher, LookUp, Names, Refused, RetryAfter, Schemes, SentOn, Validators};
use flate2::{Compression, write::GzEncoder};
use std::{
    io::Write,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A server that answers each connection as a closure says, and remembers what it was asked.
struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn answering<F>(answer: impl Fn(String, TcpStream) -> F + Send + Sync + 'static) -> Server
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    if stream.read_exact(&mut byte).await.is_err() {
                        break;
                    }
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                heard.lock().unwrap().push(head.clone());
                tokio::spawn(answer(head, stream));
            }
        });
        Server { address, asked }
    }

    /// The same whole answer to everybody.
    async fn saying(answer: Vec<u8>) -> Server {
        Server::answering(move |_, mut stream| {
            let answer = answer.clone();
            async move {
                let _ = stream.write_all(&answer).await;
            }
        })
        .await
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn config() -> FetchConfig {
    FetchConfig {
        schemes: Schemes::HttpToo,
        allow_private: vec!["127.0.0.1".to_owned()],
        timeout: Duration::from_millis(400),
        max_bytes: 100_000,
        ..FetchConfig::default()
    }
}

fn fetcher() -> Fetcher {
    Fetcher::new(config()).unwrap()
}

/// Names that all have the same numbers.
struct AllAre(Vec<IpAddr>, AtomicUsize);

impl AllAre {
    fn at(numbers: &[&str]) -> Arc<AllAre> {
        Arc::new(AllAre(numbers.iter().map(|number| number.parse().unwrap()).collect(), AtomicUsize::new(0)))
    }
}

impl Names for AllAre {
    fn look_up(&self, _: &str) -> LookUp {
        self.1.fetch_add(1, Ordering::SeqCst);
        let numbers = self.0.clone();
        Box::pin(async move { Ok(numbers) })
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn packed_answer(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn an_answer_comes_with_what_to_say_back_and_an_unchanged_one_comes_without_body() {
    let server = Server::answering(|head, mut stream| async move {
        let answer = if head.contains("if-none-match: \"v1\"") {
            "HTTP/1.1 304 Not Modified\r\netag: \"v1\"\r\n\r\n"
        } else {
            "HTTP/1.1 200 OK\r\netag: \"v1\"\r\nlast-modified: Sun, 22 Nov 2026 09:00:00 GMT\r\n\
             content-type: Application/JSON; charset=utf-8\r\ncontent-length: 2\r\n\r\n{}"
        };
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await;
    let first = fetcher().get(&server.url("/feed?page=1"), None).await.unwrap();
    assert_eq!((first.status, first.content_type.as_str()), (200, "application/json"));
    let known = first.validators.clone();
    assert_eq!(first.body.whole().await.unwrap(), b"{}");
    assert_eq!(
        known,
        Validators {
            etag: Some("\"v1\"".to_owned()),
            last_modified: Some("Sun, 22 Nov 2026 09:00:00 GMT".to_owned())
        }
    );
    let second = fetcher().get(&server.url("/feed?page=1"), Some(&known)).await.unwrap();
    assert_eq!(second.status, 304);
    assert!(second.body.whole().await.unwrap().is_empty());
    let heard = &server.asked()[0];
    assert!(heard.starts_with("GET /feed?page=1 HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains("user-agent: Hearth") && !heard.contains("cookie") && !heard.contains("referer"));
}

#[tokio::test]
async fn without_being_allowed_this_machine_is_not_reached_by_number_or_by_name() {
    let server = Server::saying(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
    let shut = FetchConfig { allow_private: Vec::new(), ..config() };
    let port = server.address.port();
    for host in ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"] {
        let address = format!("http://{host}:{port}/");
        let system = Fetcher::new(shut.clone()).unwrap();
        let refused = system.get(&address, None).await.unwrap_err();
        assert!(matches!(refused, Refused::NotPublic { .. }), "{host}: {refused:?}");
        assert_eq!(system.check(&address).await, Err(refused));
    }
    for numbers in [&["127.0.0.1"][..], &["93.184.215.14", "127.0.0.1"], &["::ffff:10.0.0.1"], &["fd00::1"]] {
        let fetcher = Fetcher::with_names(shut.clone(), AllAre::at(numbers)).unwrap();
        let refused = fetcher.get(&format!("http://feed.example:{port}/"), None).await.unwrap_err();
        assert_eq!(refused, Refused::NotPublic { host: "feed.example".to_owned() }, "{numbers:?}");
    }
    let fetcher = Fetcher::with_names(shut, AllAre::at(&[])).unwrap();
    let refused = fetcher.get("http://feed.example/", None).await.unwrap_err();
    assert_eq!(refused, Refused::NotFound { host: "feed.example".to_owned() });
    assert!(server.asked().is_empty(), "nothing was ever connected");
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_the_connection_goes_to_the_answer_that_was_checked() {
    let server = Server::saying(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere".to_vec()).await;
    let names = AllAre::at(&["127.0.0.1"]);
    let fetcher = Fetcher::with_names(config(), names.clone()).unwrap();
    let address = format!("http://feed.example:{}/", server.address.port());
    let fetched = fetcher.get(&address, None).await.unwrap();
    assert_eq!(fetched.body.whole().await.unwrap(), b"here");
    assert_eq!(names.1.load(Ordering::SeqCst), 1);
    assert!(server.asked()[0].contains("host: feed.example"));
}

#[tokio::test]
async fn only_a_chain_that_is_permanent_in_every_step_is_for_good() {
    let server = Server::answering(|head, mut stream| async move {
        let path = head.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
        let answer = match path.split_once('-') {
            Some((status, rest)) => {
                format!("HTTP/1.1 {status} Elsewhere\r\nlocation: /{rest}\r\ncontent-length: 0\r\n\r\n")
            }
            None => "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned(),
        };
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await;
    for (path, sent_on) in [
        ("/end", SentOn::No),
        ("/301-end", SentOn::ForGood),
        ("/308-301-end", SentOn::ForGood),
        ("/302-end", SentOn::ForNow),
        ("/303-end", SentOn::ForNow),
        ("/307-end", SentOn::ForNow),
        ("/301-302-end", SentOn::ForNow),
        ("/302-301-end", SentOn::ForNow),
    ] {
        let fetched = fetcher().head(&server.url(path), None).await.unwrap();
        assert_eq!((fetched.status, fetched.sent_on), (200, sent_on), "{path}");
        assert_eq!(fetched.address.path(), "/end", "{path}");
    }
}

#[tokio::test]
async fn a_head_may_be_conditional_and_who_is_in_a_hurry_gives_up_sooner_but_never_later() {
    let server = Server::answering(|head, mut stream| async move {
        if head.starts_with("HEAD /silent") {
            std::future::pending::<()>().await;
        }
        let status = if head.contains("if-none-match: \"v1\"") { "304 Not Modified" } else { "200 OK" };
        let _ = stream.write_all(format!("HTTP/1.1 {status}\r\netag: \"v1\"\r\n\r\n").as_bytes()).await;
    })
    .await;
    let first = fetcher().head(&server.url("/page"), None).await.unwrap();
    let again = fetcher().head(&server.url("/page"), Some(&first.validators)).await.unwrap();
    assert_eq!((first.status, again.status), (200, 304));
    let patient = Fetcher::new(FetchConfig { timeout: Duration::from_secs(600), ..config() }).unwrap();
    let hurried = patient.no_longer_than(Duration::from_millis(50)).no_longer_than(Duration::from_secs(600));
    assert_eq!(hurried.head(&server.url("/silent"), None).await.unwrap_err(), Refused::TooSlow);
}

#[tokio::test]
async fn a_redirect_is_a_new_address_and_is_checked_like_the_first() {
    let server = Server::answering(|head, mut stream| async move {
        let to = match head.split(' ').nth(1).unwrap() {
            "/in" => "http://169.254.169.254/latest/meta-data",
            "/user" => "http://me:word@127.0.0.1/",
            "/file" => "file:///etc/passwd",
            "/port" => "http://127.0.0.1:22/",
            "/name" => "http://inside.example:8080/",
            "/round" => "/round",
            "/twice" => "once",
            "/once" => "/there",
            _ => "",
        };
        let answer = if to.is_empty() {
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nthere".to_owned()
        } else {
            format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
        };
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await;
    let fetcher = Fetcher::with_names(config(), AllAre::at(&["10.0.0.1"])).unwrap();
    for (path, refused) in [
        ("/in", Refused::NotPublic { host: "169.254.169.254".to_owned() }),
        ("/user", Refused::NamesAUser),
        ("/file", Refused::Scheme),
        ("/port", Refused::Port),
        ("/name", Refused::NotPublic { host: "inside.example".to_owned() }),
        ("/round", Refused::TooManyRedirects),
    ] {
        assert_eq!(fetcher.get(&server.url(path), None).await.unwrap_err(), refused, "{path}");
    }
    let fetched = fetcher.get(&server.url("/twice"), None).await.unwrap();
    assert_eq!(fetched.address.path(), "/there");
    assert_eq!(fetched.body.whole().await.unwrap(), b"there");
}

#[tokio::test]
async fn a_body_without_end_is_cut_and_one_that_says_its_length_is_not_begun() {
    let endless = Server::answering(|_, mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 10_000]).await.is_ok() {}
    })
    .await;
    let fetched = fetcher().get(&endless.url("/"), None).await.unwrap();
    assert!(matches!(fetched.body.whole().await, Err(Refused::TooBig { .. })));
    let long = Server::saying(b"HTTP/1.1 200 OK\r\ncontent-length: 100001\r\n\r\n".to_vec()).await;
    assert!(matches!(fetcher().get(&long.url("/"), None).await, Err(Refused::TooBig { .. })));
}

#[tokio::test]
async fn a_drip_is_cut_in_the_head_and_in_the_body() {
    for begin in ["", "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"] {
        let server = Server::answering(move |_, mut stream| async move {
            let _ = stream.write_all(begin.as_bytes()).await;
            while stream.write_all(b"H").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        let begun = std::time::Instant::now();
        let refused = match fetcher().get(&server.url("/"), None).await {
            Err(refused) => refused,
            Ok(fetched) => fetched.body.whole().await.unwrap_err(),
        };
        assert!(matches!(refused, Refused::TooSlow | Refused::Unreachable), "{refused:?}");
        assert!(begun.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
async fn what_is_packed_is_unpacked_and_a_bomb_is_cut_while_it_goes_off() {
    let feed = Server::saying(packed_answer(&gzip(&b"{\"id\":1}\n".repeat(2_000)))).await;
    let fetched = fetcher().get(&feed.url("/"), None).await.unwrap();
    assert_eq!(fetched.body.whole().await.unwrap().len(), 18_000);
    let bomb = gzip(&vec![0; 50_000_000]);
    assert!(bomb.len() < 100_000, "the bomb looks small from outside: {}", bomb.len());
    let server = Server::saying(packed_answer(&bomb)).await;
    let fetched = fetcher().get(&server.url("/"), None).await.unwrap();
    assert!(matches!(fetched.body.whole().await, Err(Refused::TooBig { .. })));
    let short = gzip(b"this is cut short before its end, so it is not whole");
    let server = Server::saying(packed_answer(&short[..short.len() - 9])).await;
    let fetched = fetcher().get(&server.url("/"), None).await.unwrap();
    assert_eq!(fetched.body.whole().await.unwrap_err(), Refused::BadlyPacked);
    let other = b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 1\r\n\r\nx".to_vec();
    let server = Server::saying(other).await;
    assert_eq!(fetcher().get(&server.url("/"), None).await.unwrap_err(), Refused::BadlyPacked);
}

#[tokio::test]
async fn a_busy_server_says_when_to_come_again_and_a_broken_one_is_told_from_a_refused_one() {
    let busy = b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 90\r\ncontent-length: 0\r\n\r\n".to_vec();
    let server = Server::saying(busy).await;
    let fetched = fetcher().get(&server.url("/"), None).await.unwrap();
    assert_eq!((fetched.status, fetched.retry_after), (429, Some(RetryAfter::Seconds(90))));
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let refused = fetcher().get(&format!("http://{address}/"), None).await.unwrap_err();
    assert!(refused.may_pass() && refused == Refused::Unreachable, "{refused:?}");
    let server = Server::saying(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort".to_vec()).await;
    let fetched = fetcher().get(&server.url("/"), None).await.unwrap();
    assert_eq!(fetched.body.whole().await.unwrap_err(), Refused::Unreachable);
}

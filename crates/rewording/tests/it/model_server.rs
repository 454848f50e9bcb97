//! A model's server as it speaks on the wire, byte by byte, and as badly as a test wants.

use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

/// What it does with the next request.
pub enum Script {
    /// Says this in the agreed envelope.
    Say(String),
    /// Says it once the test lets it; tells the test when it was asked.
    SayWhenTold(String, oneshot::Sender<()>, oneshot::Receiver<()>),
    /// Exactly these bytes, then it closes.
    Bytes(Vec<u8>),
    /// Nothing, ever.
    Hang,
    /// A byte of a sound answer at a time, far too slowly.
    Drip(String),
    /// Fifty megabytes without saying so before.
    Flood,
    /// Closes before a word.
    Close,
}

/// What it was sent.
#[derive(Clone)]
pub struct Asked {
    /// The request's first line and its headers.
    pub head: String,
    /// The body.
    pub body: Value,
}

#[derive(Clone, Default)]
pub struct ModelServer {
    scripts: Arc<Mutex<VecDeque<Script>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl ModelServer {
    /// Its address up to `/v1`.
    pub async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                tokio::spawn(async move { server.serve(stream).await });
            }
        });
        address
    }

    pub fn then(&self, script: Script) {
        self.scripts.lock().unwrap().push_back(script);
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    async fn serve(&self, mut stream: TcpStream) {
        let Some(asked) = read_request(&mut stream).await else { return };
        self.asked.lock().unwrap().push(asked);
        let script = self.scripts.lock().unwrap().pop_front().unwrap_or(Script::Hang);
        // Whoever asked may have gone: then there is nothing to do.
        let _ = match script {
            Script::Say(content) => stream.write_all(&completion(&content)).await,
            Script::SayWhenTold(content, was_asked, told) => {
                let _ = was_asked.send(());
                let _ = told.await;
                stream.write_all(&completion(&content)).await
            }
            Script::Bytes(bytes) => stream.write_all(&bytes).await,
            Script::Hang => std::future::pending().await,
            Script::Drip(content) => drip(&mut stream, &completion(&content)).await,
            Script::Flood => flood(&mut stream).await,
            Script::Close => Ok(()),
        };
        let _ = stream.shutdown().await;
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut part = [0; 4_096];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).ok()?.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
            let length: usize = length.trim().parse().ok()?;
            if bytes.len() >= end + 4 + length {
                return Some(Asked { head, body: serde_json::from_slice(&bytes[end + 4..]).ok()? });
            }
        }
        match stream.read(&mut part).await.ok()? {
            0 => return None,
            many => bytes.extend_from_slice(&part[..many]),
        }
    }
}

/// The agreed envelope, as such servers fill it.
pub fn envelope(content: &str, finish: &str) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_800_000_000, "model": "small",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content, "refusal": null},
            "logprobs": null, "finish_reason": finish}],
        "usage": {"prompt_tokens": 900, "completion_tokens": 80, "total_tokens": 980},
    })
}

pub fn completion(content: &str) -> Vec<u8> {
    answer("200 OK", "content-type: application/json", envelope(content, "stop").to_string().as_bytes())
}

pub fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

async fn drip(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    for byte in bytes {
        ticks.tick().await;
        stream.write_all(&[*byte]).await?;
        stream.flush().await?;
    }
    Ok(())
}

async fn flood(stream: &mut TcpStream) -> std::io::Result<()> {
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        .await?;
    let piece = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    for _ in 0..800 {
        stream.write_all(&piece).await?;
    }
    stream.write_all(b"0\r\n\r\n").await
}

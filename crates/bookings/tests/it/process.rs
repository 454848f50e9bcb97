//! The application as a process of its own: this very test program, told by a variable of its environment to book what
//! it is asked for on its input. It says what was acknowledged, line by line, and can be killed at any of them.

use crate::support::{Hall, request};
use bookings::{Refused, book};
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    thread,
};
use store::Db;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use uuid::Uuid;

const TOLD: &str = "HEARTH_TEST_BOOK_FOR";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn books_what_it_is_asked_for_when_told_to() {
    let Ok(url) = std::env::var(TOLD) else { return };
    let hall = Hall::open(Db::open(&url).await.unwrap(), url).await;
    println!("\nready");
    loop {
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map(|_| line)
        });
        let line = line.await.unwrap().unwrap();
        let Some((date, numbers)) = line.trim().split_once(' ') else { return };
        let (first, many) = numbers.split_once(' ').unwrap();
        let (date, first, many): (Uuid, u64, u64) =
            (date.parse().unwrap(), first.parse().unwrap(), many.parse().unwrap());
        let asked = (first..first + many).map(|number| {
            let desk = hall.desk.clone();
            tokio::spawn(async move {
                match book(&desk, request(number, &[date], 1)).await {
                    Ok(Ok(booked)) => println!("booked {number} {}", booked.reference),
                    Ok(Err(Refused::Full(_))) => println!("full {number}"),
                    other => println!("fault {number} {other:?}"),
                }
            })
        });
        for asked in asked.collect::<Vec<_>>() {
            asked.await.unwrap();
        }
        println!("done");
    }
}

/// What a process says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Acknowledged, with its reference.
    Booked(u64, String),
    /// Refused: full.
    Full(u64),
    /// Something else, which a family would see as an apology.
    Fault(String),
    /// All that was asked is answered.
    Done,
}

pub struct Process {
    child: Child,
    input: ChildStdin,
    lines: UnboundedReceiver<Said>,
}

impl Process {
    pub async fn start(url: &str) -> Process {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "process::books_what_it_is_asked_for_when_told_to", "--nocapture"])
            .env(TOLD, url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (say, mut lines) = unbounded_channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(said) = said(&line)
                    && say.send(said).is_err()
                {
                    return;
                }
            }
        });
        assert_eq!(lines.recv().await, Some(Said::Done), "the process is ready");
        Process { child, input, lines }
    }

    /// Asks for one place for each of so many families, all at once.
    pub fn ask(&mut self, date: Uuid, first: u64, many: u64) {
        writeln!(self.input, "{date} {first} {many}").unwrap();
    }

    /// What it says next; none when it is no more.
    pub async fn next(&mut self) -> Option<Said> {
        self.lines.recv().await
    }

    /// Everything that it says up to the end of what was asked, or of itself.
    pub async fn rest(&mut self) -> Vec<Said> {
        let mut all = Vec::new();
        while let Some(said) = self.next().await
            && said != Said::Done
        {
            all.push(said);
        }
        all
    }

    /// Without a warning.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn said(line: &str) -> Option<Said> {
    let mut words = line.split(' ');
    match (words.next()?, words.next(), words.next()) {
        ("booked", Some(number), Some(reference)) => {
            Some(Said::Booked(number.parse().ok()?, reference.to_owned()))
        }
        ("full", Some(number), None) => Some(Said::Full(number.parse().ok()?)),
        ("fault", Some(_), _) => Some(Said::Fault(line.to_owned())),
        ("done" | "ready", None, None) => Some(Said::Done),
        _ => None,
    }
}
